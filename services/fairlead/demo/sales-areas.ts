/** One of the four Census regions: the second level of the demo organisation. */
export interface SalesRegion {
  readonly nodeId: string;
  readonly name: string;
}

/** A big state, or small neighbours that share a sales office: the third level. Its teams are cut from its counties. */
export interface SalesDivision {
  readonly nodeId: string;
  readonly regionId: string;
  readonly name: string;
  /** State codes. */
  readonly states: readonly string[];
}

export const HEADQUARTERS = { nodeId: "us", name: "Headquarters" } as const;

/** Takes what no territory claims: points at sea or abroad, leads without any place, partner business. */
export const NATIONAL_DESK = { nodeId: "us_desk", name: "National Desk" } as const;

export const SALES_REGIONS: readonly SalesRegion[] = [
  { nodeId: "us_northeast", name: "Northeast" },
  { nodeId: "us_midwest", name: "Midwest" },
  { nodeId: "us_south", name: "South" },
  { nodeId: "us_west", name: "West" },
];

export const SALES_DIVISIONS: readonly SalesDivision[] = [
  division("us_northeast", "new_england", "New England", "CT MA ME NH RI VT"),
  division("us_northeast", "ny", "New York", "NY"),
  division("us_northeast", "nj", "New Jersey", "NJ"),
  division("us_northeast", "pa", "Pennsylvania", "PA"),
  division("us_midwest", "oh", "Ohio", "OH"),
  division("us_midwest", "mi", "Michigan", "MI"),
  division("us_midwest", "il", "Illinois", "IL"),
  division("us_midwest", "in", "Indiana", "IN"),
  division("us_midwest", "wi", "Wisconsin", "WI"),
  division("us_midwest", "mn", "Minnesota", "MN"),
  division("us_midwest", "ia_mo", "Iowa and Missouri", "IA MO"),
  division("us_midwest", "plains", "Great Plains", "KS ND NE SD"),
  division("us_south", "chesapeake", "Chesapeake", "DC DE MD"),
  division("us_south", "va", "Virginia", "VA"),
  division("us_south", "nc", "North Carolina", "NC"),
  division("us_south", "sc", "South Carolina", "SC"),
  division("us_south", "ga", "Georgia", "GA"),
  division("us_south", "fl", "Florida", "FL"),
  division("us_south", "ky_wv", "Kentucky and West Virginia", "KY WV"),
  division("us_south", "tn", "Tennessee", "TN"),
  division("us_south", "al_ms", "Alabama and Mississippi", "AL MS"),
  division("us_south", "ar_la", "Arkansas and Louisiana", "AR LA"),
  division("us_south", "ok", "Oklahoma", "OK"),
  division("us_south", "tx", "Texas", "TX"),
  division("us_south", "caribbean", "Caribbean", "PR VI"),
  division("us_west", "ca", "California", "CA"),
  division("us_west", "wa", "Washington", "WA"),
  division("us_west", "or", "Oregon", "OR"),
  division("us_west", "az_nm", "Arizona and New Mexico", "AZ NM"),
  division("us_west", "co", "Colorado", "CO"),
  division("us_west", "nv_ut", "Nevada and Utah", "NV UT"),
  division("us_west", "rockies", "Northern Rockies", "ID MT WY"),
  division("us_west", "ak", "Alaska", "AK"),
  division("us_west", "pacific", "Pacific Islands", "AS GU HI MP"),
];

function division(regionId: string, label: string, name: string, states: string): SalesDivision {
  return { nodeId: `us_${label}`, regionId, name, states: states.split(" ") };
}
