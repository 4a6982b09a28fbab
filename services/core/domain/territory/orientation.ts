import { orient2d } from "robust-predicates";

/**
 * On which side of the edge (u1, v1) → (u2, v2) the origin lies: positive on its right, negative on its left, 0 exactly
 * on its line. The arguments are the end points minus the point asked about, rounded.
 *
 * Those rounded differences are what point-in-polygon-hao (and so Turf) feeds to orient2d. Classifying them, and not the
 * coordinates, is what keeps points within 1e-14° of an edge identical between the index and the specification.
 */
export function sideOfEdge(u1: number, v1: number, u2: number, v2: number): number {
  // Rounding keeps order, so the difference of two rounded products may vanish but never has the wrong sign. This filter
  // lets more through than the general one of orient2d, which must also allow for rounded differences.
  const determinant = u2 * v1 - u1 * v2;
  return determinant === 0 ? orient2d(u1, u2, v1, v2, 0, 0) : determinant;
}
