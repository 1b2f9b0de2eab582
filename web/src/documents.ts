/** Generated from docs/formats/tonne.server.schema.json by `npm run types`; not edited by hand. */

/**
 * The documents of tonne serve that its pages read: see server.md. Written by ServerSchemaTests from the C# types.
 */
export interface ServerDocuments {
  RunPageDocument?: RunPageDocument;
  FilterDocument?: FilterDocument;
  TotalDocument?: TotalDocument;
  BudgetDocument?: BudgetDocument;
  CatalogListDocument?: CatalogListDocument;
  AdviceDocument?: AdviceDocument;
  ServiceListDocument?: ServiceListDocument;
  ServiceDocument?: ServiceDocument;
  MonthDocument?: MonthDocument;
  WatchDocument?: WatchDocument;
  FleetDocument?: FleetDocument;
  PersonDocument?: PersonDocument;
  SignedOutDocument?: SignedOutDocument;
}
export interface RunPageDocument {
  schema: string;
  total: number;
  offset: number;
  limit: number;
  next: null | string;
  runs: RunPageDocumentRunPart[];
}
export interface RunPageDocumentRunPart {
  id: string;
  name: string;
  project: null | string;
  tags: {
    [k: string]: string;
  };
  rank: null | number;
  parent: null | string;
  user: null | string;
  machine: null | string;
  cpu: null | string;
  account: null | string;
  kind: string;
  status: null | string;
  exit_code: null | number;
  started_at: string;
  duration_s: null | number;
  zone: null | string;
  method: null | string;
  factors_hash: null | string;
  energy_kwh: null | QuantityDocument;
  facility_energy_kwh: null | QuantityDocument;
  emissions_kg: null | RunPageDocumentEmissionsPart;
  problem: null | string;
  address: string;
}
export interface QuantityDocument {
  value: number;
  low: number;
  high: number;
  boundary: string;
  quality: string;
  measured_share: number;
}
export interface RunPageDocumentEmissionsPart {
  operational: null | QuantityDocument;
  embodied: null | QuantityDocument;
  total: null | QuantityDocument;
}
export interface FilterDocument {
  schema: string;
  runs: number;
  projects: FilterDocumentValuePart[];
  users: FilterDocumentValuePart[];
  machines: FilterDocumentValuePart[];
  accounts: FilterDocumentValuePart[];
  tags: FilterDocumentValuePart[];
  months: FilterDocumentValuePart[];
}
export interface FilterDocumentValuePart {
  value: string;
  runs: number;
}
export interface TotalDocument {
  schema?: string;
  by: string[];
  since?: null | string;
  until?: null | string;
  rows: TotalDocumentRowPart[];
  total: TotalDocumentRowPart;
  year_before?: null | TotalDocument;
  counted_with_others: TotalDocumentIncludedPart[];
  without_figures: string[];
  missing_nodes: TotalDocumentMissingNodesPart[];
  warnings: Warning[];
}
export interface TotalDocumentRowPart {
  group: {
    [k: string]: null | string;
  };
  runs: number;
  jobs: number;
  completed: number;
  failed: number;
  interrupted: number;
  duration_s: number;
  energy_kwh: QuantityDocument;
  facility_energy_kwh: QuantityDocument;
  emissions_kg: RunDocumentEmissionsPart;
  idle_energy_kwh: QuantityDocument;
  idle_emissions_kg: QuantityDocument;
}
export interface RunDocumentEmissionsPart {
  operational: QuantityDocument;
  embodied: null | QuantityDocument;
  total: QuantityDocument;
}
export interface TotalDocumentIncludedPart {
  id: string;
  in: string;
  reason: string;
}
export interface TotalDocumentMissingNodesPart {
  job: string;
  restarts: number;
  nodes: string[];
}
export interface Warning {
  code: string;
  text: string;
  remedy?: null | string;
}
export interface BudgetDocument {
  schema?: string;
  budgets: BudgetDocumentBudgetPart[];
  exceeded: boolean;
}
export interface BudgetDocumentBudgetPart {
  project: null | string;
  account: null | string;
  user: null | string;
  period: string;
  since: null | string;
  until: null | string;
  unit: string;
  limit: number;
  used: QuantityDocument;
  share: number;
  exceeded: boolean;
  chance_exceeded: number;
  projected: null | number;
  runs: number;
  warn_at: number[];
  warning: null | number;
  forecast: null | BudgetDocumentForecastPart;
}
export interface BudgetDocumentForecastPart {
  value: number;
  low: number;
  high: number;
}
export interface CatalogListDocument {
  schema: string;
  factors_hash: string;
  catalogs: CatalogListDocumentCatalogPart[];
  sources: Source[];
}
export interface CatalogListDocumentCatalogPart {
  name: string;
  description: string;
  rows: string;
}
export interface Source {
  id: string;
  title: string;
  year?: null | number;
  licence?: null | string;
  link?: null | string;
}
export interface AdviceDocument {
  schema?: string;
  subject: string;
  operational_emissions_kg: QuantityDocument;
  nothing_worth_doing: boolean;
  levers: AdviceDocumentLeverPart[];
  not_certain: AdviceDocumentLeverPart[];
  combined: null | AdviceDocumentCombinedPart;
  not_known: AdviceDocumentUnknownPart[];
  market_based: string[];
}
export interface AdviceDocumentLeverPart {
  kind: string;
  name: string;
  part: string;
  part_share: number;
  saving: AdviceDocumentSavingPart;
  saving_of_part: AdviceDocumentSavingPart;
  saving_by_command: AdviceDocumentSavingPart;
  basis: string;
  basis_text: string;
  sources: Source[];
  effort: string;
  group: string;
  command: string[];
  command_text: string;
  sentence: string;
}
export interface AdviceDocumentSavingPart {
  value: number;
  low: number;
  high: number;
}
export interface AdviceDocumentCombinedPart {
  saving: AdviceDocumentSavingPart;
  levers: string[];
}
export interface AdviceDocumentUnknownPart {
  name: string;
  why: string;
  command: string[];
  command_text: string;
}
export interface ServiceListDocument {
  schema: string;
  services: ServiceListDocumentServicePart[];
}
export interface ServiceListDocumentServicePart {
  name: string;
  is_recorded: boolean;
  since: null | string;
  boundary: null | string;
  quality: null | string;
  today: ServiceDocumentAmountsPart;
  week: ServiceDocumentAmountsPart;
  all: ServiceDocumentAmountsPart;
  kg_per_day: null | ServiceDocumentBoundsPart;
  alerts: string[];
  problems: string[];
  address: string;
}
export interface ServiceDocumentAmountsPart {
  seconds: number;
  unknown_seconds: number;
  requests: number;
  failed: number;
  requests_without_energy: number;
  prompt_tokens: number;
  cached_tokens: number;
  output_tokens: number;
  reasoning_tokens: number;
  energy_uj: number;
  prompt_uj: number;
  output_uj: number;
  held_uj: number;
  waiting_uj: number;
  idle_uj: number;
  idle_share: null | number;
  facility_energy_kwh: ServiceDocumentBoundsPart;
  operational_kg: ServiceDocumentBoundsPart;
  emissions_kg: ServiceDocumentBoundsPart;
  wh_per_request: null | ServiceDocumentBoundsPart;
  g_per_request: null | ServiceDocumentBoundsPart;
  wh_per1000_tokens: null | ServiceDocumentBoundsPart;
  g_per1000_tokens: null | ServiceDocumentBoundsPart;
  j_per_prompt_token: null | number;
  j_per_output_token: null | number;
  percentiles_wh: null | ServiceDocumentPercentilesPart;
}
export interface ServiceDocumentBoundsPart {
  value: number;
  low: number;
  high: number;
}
export interface ServiceDocumentPercentilesPart {
  n: number;
  p50: number;
  p95: number;
  p99: number;
  resolution: number;
}
export interface ServiceDocument {
  schema?: string;
  name: string;
  at: string;
  is_recorded: boolean;
  boundary: null | string;
  quality: null | string;
  method: null | string;
  today: ServiceDocumentAmountsPart;
  week: ServiceDocumentAmountsPart;
  week_before: ServiceDocumentAmountsPart;
  all: ServiceDocumentAmountsPart;
  request_energy_change: null | number;
  daily_emissions_change: null | number;
  kg_per_day: null | ServiceDocumentBoundsPart;
  training_kg: null | ServiceDocumentBoundsPart;
  break_even_days: null | number;
  models: ServiceDocumentServiceModelPart[];
  days: ServiceDocumentServiceDayPart[];
  percentiles_wh: null | ServiceDocumentPercentilesPart;
  percentiles_reason: null | string;
  calls: null | CallsDocumentCallsPart;
  alerts: string[];
  gaps: ServiceDocumentServiceGapPart[];
  runs: string[];
  problems: string[];
}
export interface ServiceDocumentServiceModelPart {
  model: string;
  amounts: ServiceDocumentAmountsPart;
}
export interface ServiceDocumentServiceDayPart {
  day: string;
  amounts: ServiceDocumentAmountsPart;
}
export interface CallsDocumentCallsPart {
  group: null | string;
  estimated: CallsDocumentCallSumPart;
  measured: CallsDocumentCallSumPart;
}
export interface CallsDocumentCallSumPart {
  requests: number;
  failed: number;
  without_figure: number;
  estimated_tokens: number;
  dropped: number;
  input_tokens: number;
  cached_input_tokens: number;
  output_tokens: number;
  reasoning_tokens: number;
  facility_energy_kwh: Bounds;
  operational_kg: Bounds;
  emissions_kg: Bounds;
}
export interface Bounds {
  low: number;
  best: number;
  high: number;
}
export interface ServiceDocumentServiceGapPart {
  from: string;
  to: string;
  reason: string;
}
export interface MonthDocument {
  schema?: string;
  month: string;
  account?: null | string;
  since: string;
  until: string;
  is_partial: boolean;
  total: TotalDocumentRowPart;
  jobs: TotalDocumentRowPart;
  outside_jobs?: null | TotalDocumentRowPart;
  accounts: TotalDocumentRowPart[];
  users: TotalDocumentRowPart[];
  projects: TotalDocumentRowPart[];
  partitions: TotalDocumentRowPart[];
  models: TotalDocumentRowPart[];
  zones: MonthDocumentZonePart[];
  nodes: MonthDocumentNodeUsePart[];
  largest_runs: MonthDocumentRunUsePart[];
  budgets: BudgetDocumentBudgetPart[];
  change?: null | MonthDocumentChangePart;
  factors: MonthDocumentFactorsPart[];
  sentences: MonthDocumentSentencesPart;
  counted_with_others: number;
  without_figures: string[];
  missing_nodes: TotalDocumentMissingNodesPart[];
  commands: MonthDocumentFigurePart[];
  warnings: Warning[];
}
export interface MonthDocumentZonePart {
  zone: null | string;
  facility_energy_kwh: number;
  operational_kg: number;
  intensity_g_per_kwh: null | number;
  pue: null | number;
}
export interface MonthDocumentNodeUsePart {
  name: string;
  runs: number;
  facility_energy_kwh: number;
  emissions_kg: number;
  outside_jobs_kwh: null | number;
  last_seen_at: string;
  measured_h: null | number;
  missing_h: null | number;
  is_silent: boolean;
}
export interface MonthDocumentRunUsePart {
  id: string;
  name: string;
  account: null | string;
  user: null | string;
  project: null | string;
  partition: null | string;
  status: null | string;
  started_at: string;
  duration_s: null | number;
  part: number;
  facility_energy_kwh: QuantityDocument;
  emissions_kg: QuantityDocument;
  command: string;
}
export interface MonthDocumentChangePart {
  against: string;
  before_kg: number;
  after_kg: number;
  change_kg: number;
  share: null | number;
  terms: MonthDocumentTermPart[];
}
export interface MonthDocumentTermPart {
  cause: string;
  change_kg: number;
  share: null | number;
}
export interface MonthDocumentFactorsPart {
  method: null | string;
  factors_hash: null | string;
  runs: number;
}
export interface MonthDocumentSentencesPart {
  title: string;
  sum: string[];
  change: null | string;
  quality: string[];
  budget_warnings: string[];
}
export interface MonthDocumentFigurePart {
  part: string;
  command: string;
}
export interface WatchDocument {
  schema?: string;
  at: string;
  id?: string | null;
  name: string;
  status: string;
  duration_s: number;
  power_w: {
    job: number;
    others: number;
    idle: number;
    machine: number;
    unexplained?: number;
  };
  components: {
    component: string;
    device: string | null;
    quality: string;
    job: number;
    others: number;
    idle: number;
    machine: number;
    unexplained?: number;
  }[];
  facility_energy_kwh: {
    value: number;
    low: number;
    high: number;
  };
  emissions_kg: {
    value: number;
    low: number;
    high: number;
  };
  emissions_g_per_hour: number;
  stage?: string | null;
  epoch?: number | null;
  epochs?: number | null;
  metrics: {
    [k: string]: number | null;
  };
  left_s?: number | null;
  left_kg?: number | null;
  jobs: {
    id: string;
    name: string;
    power_w: number;
    duration_s: number;
  }[];
}
export interface FleetDocument {
  schema: string;
  version: string;
  method: string;
  factors_hash: string;
  nodes: {
    name: string;
    state: string;
    enrolled_at: string;
    key_expires_at: string | null;
    revoked_at: string | null;
    last_seen_at: string | null;
    version: string | null;
    factors_hash: string | null;
    waiting: number | null;
    waiting_since: string | null;
    dropped: number | null;
    runs: number;
    problem: string | null;
    reasons: string[];
  }[];
}
export interface PersonDocument {
  schema: string;
  name: string | null;
  known_by: string;
  owns_fleet: boolean;
  can_sign_out: boolean;
  memberships: {
    account: string;
    role: string;
  }[];
}
export interface SignedOutDocument {
  location: string;
}
