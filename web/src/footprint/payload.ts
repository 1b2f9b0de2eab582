/** Generated from docs/formats/tonne.report-footprint.schema.json by `npm run types`; not edited by hand. */

/**
 * The document in a page of tonne footprint --html: see report.md. Written by ReportSchemaTests from the C# types.
 */
export interface FootprintPage {
  schema: "tonne.report-footprint/1";
  method: string;
  factors_hash: string;
  date: string;
  name: string;
  description: string | null;
  sentence: string;
  boundary: string;
  totals: FootprintFigures;
  phases_finding: string;
  phases: FootprintPhase[];
  over_time: FootprintOverTime | null;
  equivalents: ReportEquivalent[];
  given: FootprintGiven[];
  derivation: ReportDerivation;
  notes: string[];
  warnings: Warning[];
  sources: Source[];
}
export interface FootprintFigures {
  total: ReportFigure;
  facility_energy: ReportFigure;
  operational: ReportFigure;
  embodied: ReportFigure | null;
  water: ReportFigure | null;
  market_based: ReportFigure | null;
  steps: FootprintStep[];
}
export interface ReportFigure {
  name: string;
  unit: string;
  value: number;
  low: number;
  high: number;
  text: string;
  interval: string;
  place: string;
  boundary: string;
  quality: string;
  measured_share: number;
}
export interface FootprintStep {
  id: string;
  name: string;
  energy: ReportFigure | null;
  emissions: ReportFigure;
  share: number;
}
export interface FootprintPhase {
  id: string;
  name: string;
  kind: string;
  share: number;
  figures: FootprintFigures;
  rates: string[];
  places: string[];
  runs: number;
  left_out: string[];
  notes: string[];
}
export interface FootprintOverTime {
  finding: string;
  note: string;
  measures: FootprintBreakEven[];
}
export interface FootprintBreakEven {
  name: string;
  days: number;
  low: number;
  high: number;
  text: string;
  boundary: string;
  development: number;
  development_text: string;
  per_day_text: string;
  unit: string;
  described_days: number;
}
export interface ReportEquivalent {
  name: string;
  text: string;
  interval: string;
  definition: string;
}
export interface FootprintGiven {
  name: string;
  text: string;
  source: string;
}
export interface ReportDerivation {
  nodes: ReportNode[];
  factors: ReportFactor[];
  figures: ReportRoot[];
}
export interface ReportNode {
  op: string;
  label: string;
  unit: string;
  value: number;
  text: string;
  factor?: number;
  scale?: number;
  of?: number[];
  grows_with_time?: boolean;
}
export interface ReportFactor {
  id: string;
  label: string;
  unit: string;
  value: number;
  low: number;
  high: number;
  text: string;
  quality: string;
  source: string;
  year: number | null;
  note: string | null;
}
export interface ReportRoot {
  figure: ReportFigure;
  title: string;
  root: number;
  shares: number[];
}
export interface Warning {
  code: string;
  text: string;
  remedy: string | null;
}
export interface Source {
  id: string;
  title: string;
  year: number | null;
  licence: string | null;
  link: string | null;
}
