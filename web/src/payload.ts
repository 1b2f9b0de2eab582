/** Generated from docs/formats/tonne.report.schema.json by `npm run types`; not edited by hand. */

/**
 * The document in a page of tonne report --html: see report.md. Written by ReportSchemaTests from the C# types.
 */
export interface Report {
  schema: "tonne.report/1";
  method: string;
  factors_hash: string;
  run: ReportRun;
  answer: ReportAnswer;
  stages: ReportStages | null;
  epochs: ReportEpochs | null;
  power: ReportPower | null;
  power_missing: string | null;
  prediction: ReportPrediction | null;
  advice: AdviceDocument | null;
  boundaries: ReportBoundaries;
  derivation: ReportDerivation;
  choices: ReportChoices;
  published: ReportPublished[];
  lesson: ReportLesson;
  warnings: Warning[];
  sources: Source[];
}
export interface ReportRun {
  id: string;
  name: string;
  project: string | null;
  status: string;
  failure: string | null;
  started_at: string;
  duration_s: number;
  duration_text: string;
  samples: number;
  gaps: ReportGap[];
  details: ReportDetails | null;
}
export interface ReportGap {
  meter: string;
  from: number;
  to: number;
  reason: string;
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
export interface ReportAnswer {
  sentence: string;
  boundary: string;
  energy: ReportFigure;
  it_energy: ReportFigure;
  machine_energy: ReportFigure;
  operational: ReportFigure;
  embodied: ReportFigure | null;
  total: ReportFigure;
  water: ReportFigure | null;
  components: ReportComponent[];
  grid: ReportPlace;
  pue: ReportPlace;
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
export interface ReportPower {
  finding: string;
  note: string;
  edges: number[];
  components: ReportPowerSeries[];
  stages: ReportSpan[];
  samples: number;
  is_reduced: boolean;
}
export interface ReportPowerSeries {
  component: string;
  name: string;
  quality: string;
  watts: number[];
}
export interface ReportSpan {
  name: string;
  from: number;
  to: number;
}
export interface ReportPrediction {
  finding: string;
  note: string;
  text: string | null;
  layers: PredictionLayer[];
  classes: PredictedClass[];
  energy_text: string;
}
export interface PredictionLayer {
  name: string;
  does: string;
  shape: string;
  operations: number;
  operations_text: string;
  time_text: string;
  energy_text: string;
  share: number;
}
export interface PredictedClass {
  name: string;
  probability: number;
  text: string;
}
export interface AdviceDocument {
  schema: string;
  subject: string;
  operational_emissions_kg: QuantityDocument;
  nothing_worth_doing: boolean;
  levers: LeverPart[];
  not_certain: LeverPart[];
  combined: CombinedPart | null;
  not_known: UnknownPart[];
  market_based: string[];
}
export interface QuantityDocument {
  value: number;
  low: number;
  high: number;
  boundary: string;
  quality: string;
  measured_share: number;
}
export interface LeverPart {
  kind: string;
  name: string;
  part: string;
  part_share: number;
  saving: SavingPart;
  saving_of_part: SavingPart;
  saving_by_command: SavingPart;
  basis: string;
  basis_text: string;
  sources: Source[];
  effort: string;
  group: string;
  command: string[];
  command_text: string;
  sentence: string;
}
export interface SavingPart {
  value: number;
  low: number;
  high: number;
}
export interface Source {
  id: string;
  title: string;
  year: number | null;
  licence: string | null;
  link: string | null;
}
export interface CombinedPart {
  saving: SavingPart;
  levers: string[];
}
export interface UnknownPart {
  name: string;
  why: string;
  command: string[];
  command_text: string;
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
export interface ReportLesson {
  insight: string;
  equivalents: ReportEquivalent[];
  quiz: ReportQuestion[];
}
export interface ReportEquivalent {
  name: string;
  text: string;
  interval: string;
  definition: string;
}
export interface ReportQuestion {
  question: string;
  options: string[];
  correct: number;
  reason: string;
}
export interface Warning {
  code: string;
  text: string;
  remedy: string | null;
}
