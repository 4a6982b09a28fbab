/** One guard of the product taken away, and the test that has to notice. */
export interface Mutation {
  /** Short and unique; chooses the mutation on the command line. */
  readonly name: string;
  readonly changes: readonly Change[];
  readonly caughtBy: CatchingTest;
}

export interface Change {
  /** Below the root of the project. */
  readonly file: string;
  /** Must be there exactly once, or the mutation is out of date. */
  readonly find: string;
  readonly replace: string;
}

export interface CatchingTest {
  readonly file: string;
  /** Part of the full name of the test that must fail; others may fail beside it. */
  readonly name: string;
}

type Caught = readonly [file: string, name: string];

/** The usual mutation: one text in one file, replaced by nothing unless something else is needed for it to compile. */
export function without(name: string, file: string, [find, replace = ""]: readonly string[], by: Caught): Mutation {
  if (find === undefined) throw new Error(`${name} has no text to find.`);
  const [testFile, testName] = by;
  return { name, changes: [{ file, find, replace }], caughtBy: { file: testFile, name: testName } };
}
