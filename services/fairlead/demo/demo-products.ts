/** What the demo company sells; a product's name is also the skill that sells it. Shares of the leads. */
export const PRODUCT_SHARES = [
  ["forklift", 0.34],
  ["conveyor", 0.22],
  ["crane", 0.14],
  ["software", 0.18],
  ["service", 0.12],
] as const;

export const PRODUCTS: readonly string[] = PRODUCT_SHARES.map(([product]) => product);

/** Languages other than English, with their share of leads; Spanish counts twice where it is common. */
export const OTHER_LANGUAGE_SHARES = [
  ["es", 0.07],
  ["fr", 0.01],
  ["zh", 0.015],
  ["vi", 0.01],
  ["de", 0.01],
] as const;
