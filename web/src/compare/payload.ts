/** Generated from docs/formats/tonne.report-comparison.schema.json by `npm run types`; not edited by hand. */

/**
 * The document in a page of tonne compare --html: see report.md. Written by ReportSchemaTests from the C# types.
 */
export interface ComparisonPage {
  schema: "tonne.report-comparison/1";
  method: string;
  factors_hash: string;
  answer: ComparisonAnswer;
  runs: ComparedRunPart[];
  pairs: ComparisonPair[];
  facts: ComparisonFact[];
  stages_finding: string | null;
  epochs_finding: string | null;
  boundaries_finding: string;
  derivation: ReportDerivation;
  notes: string[];
  warnings: Warning[];
  sources: Source[];
}
export interface ComparisonAnswer {
  outcome: string;
  headline: string;
  interval: string;
  sentence: string;
  boundary: string;
}
export interface ComparedRunPart {
  id: string;
  name: string;
  status: string;
  started_at: string;
  duration_s: number;
  duration_text: string;
  energy: ReportFigure;
  facility_energy: ReportFigure;
  operational: ReportFigure;
  embodied: ReportFigure | null;
  total: ReportFigure;
  components: ReportComponent[];
  grid: ReportPlace;
  pue: ReportPlace;
  stages: ReportStages | null;
  epochs: ReportEpochs | null;
  boundaries: ReportBoundaries;
  details: ReportDetails | null;
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
export interface ReportComponent {
  component: string;
  name: string;
  kwh: number;
  text: string;
  share: number;
  quality: string;
}
export interface ReportPlace {
  name: string | null;
  text: string;
  how: string;
  quality: string;
  source: string;
}
export interface ReportStages {
  finding: string;
  note: string;
  rows: ReportStage[];
}
export interface ReportStage {
  kind: string;
  name: string;
  in: string;
  out: string;
  rows_in: number | null;
  rows_out: number | null;
  columns_in: number | null;
  columns_out: number | null;
  duration_s: number | null;
  duration_text: string;
  energy: ReportFigure | null;
  emissions: ReportFigure | null;
  share: number | null;
}
export interface ReportEpochs {
  finding: string;
  note: string;
  unit: string;
  kwh_per_unit: number;
  series: ReportEpochSeries[];
}
export interface ReportEpochSeries {
  stage: string | null;
  is_resumed: boolean;
  is_withheld: boolean;
  metrics: string[];
  epochs: ReportEpoch[];
  advised_stop: number | null;
  free_stop: number | null;
  free_stop_text: string | null;
  advice: string[];
}
export interface ReportEpoch {
  number: number;
  from: number;
  duration_s: number;
  duration_text: string;
  values: (number | null)[];
  texts: string[];
  kwh: number | null;
  energy_text: string;
  emissions_text: string;
  observation: string;
}
export interface ReportBoundaries {
  finding: string;
  steps: ReportBoundary[];
}
export interface ReportBoundary {
  id: string;
  name: string;
  definition: string;
  energy: ReportFigure | null;
  emissions: ReportFigure;
  is_headline: boolean;
}
export interface ReportDetails {
  command: string;
  user: string | null;
  node: string | null;
  hardware: string;
  operating_system: string | null;
  tags: string[];
  notes: string[];
}
export interface ComparisonPair {
  run: number;
  energy: ComparisonRatio | null;
  emissions: ComparisonRatio | null;
  emissions_name: string;
  difference: string | null;
  duration: ComparisonRatio;
  verdict: string[];
  boundary_differences: string[];
  shared_factors: number;
  own_factors: number;
  equivalents: ReportEquivalent[];
}
export interface ComparisonRatio {
  value: number;
  low: number;
  high: number;
  text: string;
  interval: string;
  outcome: string;
}
export interface ReportEquivalent {
  name: string;
  text: string;
  interval: string;
  definition: string;
}
export interface ComparisonFact {
  name: string;
  values: string[];
  differs: boolean;
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
