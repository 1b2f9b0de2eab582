/** Generated from docs/formats/tonne.report-estimate.schema.json by `npm run types`; not edited by hand. */

/**
 * The document in a page of tonne estimate --html: see report.md. Written by ReportSchemaTests from the C# types.
 */
export interface EstimatePage {
  schema: "tonne.report-estimate/1";
  method: string;
  factors_hash: string;
  date: string;
  kind: string;
  name: string;
  sentence: string;
  boundary: string;
  per: string;
  figures: EstimateFigure[];
  facts: EstimateFact[];
  assumptions: string[];
  parts: EstimateParts | null;
  ranking: EstimateRanking | null;
  frontier: EstimateFrontier | null;
  derivation: ReportDerivation;
  choices: ReportChoices;
  published: ReportPublished[];
  equivalents: ReportEquivalent[];
  warnings: Warning[];
  sources: Source[];
}
export interface EstimateFigure {
  title: string;
  figure: ReportFigure;
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
export interface EstimateFact {
  name: string;
  text: string;
  note: string;
}
export interface EstimateParts {
  finding: string;
  note: string;
  rows: EstimatePart[];
}
export interface EstimatePart {
  name: string;
  text: string;
  share: number;
}
export interface EstimateRanking {
  finding: string;
  note: string;
  rows: EstimateCandidate[];
}
export interface EstimateCandidate {
  name: string;
  energy: ReportFigure;
  emissions: ReportFigure;
  other: string;
}
export interface EstimateFrontier {
  finding: string;
  note: string;
  x_name: string;
  y_name: string;
  series: EstimateSeries[];
}
export interface EstimateSeries {
  name: string;
  points: EstimatePoint[];
}
export interface EstimatePoint {
  label: string;
  x: number;
  x_text: string;
  value: number;
  low: number;
  high: number;
  text: string;
  is_chosen: boolean;
  is_best: boolean;
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
export interface ReportChoices {
  grid: string;
  pue: string;
  lifetime: string | null;
  zones: ReportChoice[];
  facilities: ReportChoice[];
}
export interface ReportChoice {
  name: string;
  code: string;
  id: string;
  value: number;
  low: number;
  high: number;
  year: number | null;
}
export interface ReportPublished {
  name: string;
  organisation: string;
  year: number;
  kg: number | null;
  low: number | null;
  high: number | null;
  text: string;
  basis: string;
  boundary: string;
  contradiction: string | null;
  source: string;
}
export interface ReportEquivalent {
  name: string;
  text: string;
  interval: string;
  definition: string;
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
