/** What the demo knows of a state that is in neither data package. */
export interface UsState {
  /** Two digits; county codes begin with it. */
  readonly fips: string;
  /** As in ISO 3166-2 after `US-`, and as GeoNames `admin1` (islands: GeoNames `country`). */
  readonly code: string;
  readonly name: string;
  /** Census of 2020, in thousands, rounded. */
  readonly populationThousands: number;
  readonly zone: string;
  /** States on two clocks: everything west of the meridian is on the other. Approximate on purpose. */
  readonly west?: { readonly ofLongitudeDeg: number; readonly zone: string };
}

const EASTERN = "America/New_York";
const CENTRAL = "America/Chicago";
const MOUNTAIN = "America/Denver";
const PACIFIC = "America/Los_Angeles";
const HAWAII = "Pacific/Honolulu";
const ATLANTIC = "America/Puerto_Rico";

export const US_STATES: readonly UsState[] = [
  { fips: "01", code: "AL", name: "Alabama", populationThousands: 5024, zone: CENTRAL },
  { fips: "02", code: "AK", name: "Alaska", populationThousands: 733, zone: "America/Anchorage" },
  { fips: "04", code: "AZ", name: "Arizona", populationThousands: 7152, zone: "America/Phoenix" },
  { fips: "05", code: "AR", name: "Arkansas", populationThousands: 3012, zone: CENTRAL },
  { fips: "06", code: "CA", name: "California", populationThousands: 39538, zone: PACIFIC },
  { fips: "08", code: "CO", name: "Colorado", populationThousands: 5774, zone: MOUNTAIN },
  { fips: "09", code: "CT", name: "Connecticut", populationThousands: 3606, zone: EASTERN },
  { fips: "10", code: "DE", name: "Delaware", populationThousands: 990, zone: EASTERN },
  { fips: "11", code: "DC", name: "District of Columbia", populationThousands: 690, zone: EASTERN },
  { fips: "12", code: "FL", name: "Florida", populationThousands: 21538, zone: EASTERN, west: westOf(-85, CENTRAL) },
  { fips: "13", code: "GA", name: "Georgia", populationThousands: 10712, zone: EASTERN },
  { fips: "15", code: "HI", name: "Hawaii", populationThousands: 1455, zone: HAWAII },
  { fips: "16", code: "ID", name: "Idaho", populationThousands: 1839, zone: "America/Boise" },
  { fips: "17", code: "IL", name: "Illinois", populationThousands: 12813, zone: CENTRAL },
  { fips: "18", code: "IN", name: "Indiana", populationThousands: 6786, zone: EASTERN, west: westOf(-87, CENTRAL) },
  { fips: "19", code: "IA", name: "Iowa", populationThousands: 3190, zone: CENTRAL },
  { fips: "20", code: "KS", name: "Kansas", populationThousands: 2938, zone: CENTRAL, west: westOf(-101.5, MOUNTAIN) },
  { fips: "21", code: "KY", name: "Kentucky", populationThousands: 4506, zone: EASTERN, west: westOf(-86, CENTRAL) },
  { fips: "22", code: "LA", name: "Louisiana", populationThousands: 4658, zone: CENTRAL },
  { fips: "23", code: "ME", name: "Maine", populationThousands: 1362, zone: EASTERN },
  { fips: "24", code: "MD", name: "Maryland", populationThousands: 6177, zone: EASTERN },
  { fips: "25", code: "MA", name: "Massachusetts", populationThousands: 7030, zone: EASTERN },
  { fips: "26", code: "MI", name: "Michigan", populationThousands: 10077, zone: EASTERN, west: westOf(-87.6, CENTRAL) },
  { fips: "27", code: "MN", name: "Minnesota", populationThousands: 5706, zone: CENTRAL },
  { fips: "28", code: "MS", name: "Mississippi", populationThousands: 2961, zone: CENTRAL },
  { fips: "29", code: "MO", name: "Missouri", populationThousands: 6155, zone: CENTRAL },
  { fips: "30", code: "MT", name: "Montana", populationThousands: 1084, zone: MOUNTAIN },
  { fips: "31", code: "NE", name: "Nebraska", populationThousands: 1962, zone: CENTRAL, west: westOf(-101, MOUNTAIN) },
  { fips: "32", code: "NV", name: "Nevada", populationThousands: 3105, zone: PACIFIC },
  { fips: "33", code: "NH", name: "New Hampshire", populationThousands: 1378, zone: EASTERN },
  { fips: "34", code: "NJ", name: "New Jersey", populationThousands: 9289, zone: EASTERN },
  { fips: "35", code: "NM", name: "New Mexico", populationThousands: 2118, zone: MOUNTAIN },
  { fips: "36", code: "NY", name: "New York", populationThousands: 20201, zone: EASTERN },
  { fips: "37", code: "NC", name: "North Carolina", populationThousands: 10439, zone: EASTERN },
  {
    fips: "38",
    code: "ND",
    name: "North Dakota",
    populationThousands: 779,
    zone: CENTRAL,
    west: westOf(-102, MOUNTAIN),
  },
  { fips: "39", code: "OH", name: "Ohio", populationThousands: 11799, zone: EASTERN },
  { fips: "40", code: "OK", name: "Oklahoma", populationThousands: 3959, zone: CENTRAL },
  { fips: "41", code: "OR", name: "Oregon", populationThousands: 4237, zone: PACIFIC },
  { fips: "42", code: "PA", name: "Pennsylvania", populationThousands: 13003, zone: EASTERN },
  { fips: "44", code: "RI", name: "Rhode Island", populationThousands: 1097, zone: EASTERN },
  { fips: "45", code: "SC", name: "South Carolina", populationThousands: 5118, zone: EASTERN },
  {
    fips: "46",
    code: "SD",
    name: "South Dakota",
    populationThousands: 887,
    zone: CENTRAL,
    west: westOf(-100.4, MOUNTAIN),
  },
  { fips: "47", code: "TN", name: "Tennessee", populationThousands: 6911, zone: EASTERN, west: westOf(-85, CENTRAL) },
  { fips: "48", code: "TX", name: "Texas", populationThousands: 29146, zone: CENTRAL, west: westOf(-105, MOUNTAIN) },
  { fips: "49", code: "UT", name: "Utah", populationThousands: 3272, zone: MOUNTAIN },
  { fips: "50", code: "VT", name: "Vermont", populationThousands: 643, zone: EASTERN },
  { fips: "51", code: "VA", name: "Virginia", populationThousands: 8631, zone: EASTERN },
  { fips: "53", code: "WA", name: "Washington", populationThousands: 7705, zone: PACIFIC },
  { fips: "54", code: "WV", name: "West Virginia", populationThousands: 1794, zone: EASTERN },
  { fips: "55", code: "WI", name: "Wisconsin", populationThousands: 5894, zone: CENTRAL },
  { fips: "56", code: "WY", name: "Wyoming", populationThousands: 577, zone: MOUNTAIN },
  { fips: "60", code: "AS", name: "American Samoa", populationThousands: 50, zone: "Pacific/Pago_Pago" },
  { fips: "66", code: "GU", name: "Guam", populationThousands: 154, zone: "Pacific/Guam" },
  { fips: "69", code: "MP", name: "Northern Mariana Islands", populationThousands: 47, zone: "Pacific/Guam" },
  { fips: "72", code: "PR", name: "Puerto Rico", populationThousands: 3286, zone: ATLANTIC },
  { fips: "78", code: "VI", name: "US Virgin Islands", populationThousands: 87, zone: ATLANTIC },
];

/** Where Spanish is asked for, and spoken by the teams, more than elsewhere. */
export const SPANISH_STATES: ReadonlySet<string> = new Set(["AZ", "CA", "FL", "NM", "NV", "NY", "PR", "TX"]);

export function zoneAt(state: UsState, longitudeDeg: number): string {
  return state.west !== undefined && longitudeDeg < state.west.ofLongitudeDeg ? state.west.zone : state.zone;
}

function westOf(ofLongitudeDeg: number, zone: string): NonNullable<UsState["west"]> {
  return { ofLongitudeDeg, zone };
}
