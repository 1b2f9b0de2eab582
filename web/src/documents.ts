/** Generated from docs/formats/tonne.server.schema.json by `npm run types`; not edited by hand. */

/**
 * The documents of tonne serve that its pages read: see server.md. Written by ServerSchemaTests from the C# types.
 */
export interface ServerDocuments {
  RunPageDocument?: RunPageDocument;
  FilterDocument?: FilterDocument;
  TotalDocument?: TotalDocument;
  BudgetDocument?: BudgetDocument;
  ComparisonDocument?: ComparisonDocument;
  TrainingEstimateDocument?: TrainingEstimateDocument;
  LifeCycleDocument?: LifeCycleDocument;
  CatalogListDocument?: CatalogListDocument;
  VersionDocument?: VersionDocument;
  WatchDocument?: WatchDocument;
  InferenceEstimateDocument?: InferenceEstimateDocument;
  TaskEstimateDocument?: TaskEstimateDocument;
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
    [k: string]: string;
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
}
export interface ComparisonDocument {
  schema?: string;
  runs: ComparisonDocumentRunPart[];
  comparisons: ComparisonDocumentPairwiseComparisonPart[];
  ranking: string[];
  notes: string[];
}
export interface ComparisonDocumentRunPart {
  id: string;
  name: string;
  duration_s: number;
  energy_kwh: QuantityDocument;
  emissions_kg: RunDocumentEmissionsPart;
  zone: null | string;
}
export interface ComparisonDocumentPairwiseComparisonPart {
  run: string;
  against: string;
  same_boundary: boolean;
  boundary_differences: string[];
  energy_ratio: null | ComparisonDocumentIntervalPart;
  emissions_figure: string;
  emissions_ratio: null | ComparisonDocumentIntervalPart;
  emissions_difference_kg: null | ComparisonDocumentIntervalPart;
  duration_ratio: number;
  verdict: string[];
  equivalents: EquivalentDocument[];
}
export interface ComparisonDocumentIntervalPart {
  value: number;
  low: number;
  high: number;
}
export interface EquivalentDocument {
  name: string;
  count: number;
  low: number;
  high: number;
  definition: string;
  year: number;
  source: string;
}
export interface TrainingEstimateDocument {
  schema?: null | string;
  method?: null | string;
  factors_hash?: null | string;
  hardware: string;
  chips?: null | number;
  runs: number;
  precision: string;
  flops_per_run?: null | number;
  utilisation?: null | TrainingEstimateDocumentRangePart;
  like?: null | string;
  chip_hours: QuantityDocument;
  hours_per_run?: null | TrainingEstimateDocumentRangePart;
  chips_per_run?: null | TrainingEstimateDocumentRangePart;
  energy_kwh: QuantityDocument;
  facility_energy_kwh: QuantityDocument;
  emissions_kg: RunDocumentEmissionsPart;
  water_l?: null | QuantityDocument;
  grid: RunDocumentGridPart;
  nearest: TrainingEstimateDocumentSimilarTrainingPart[];
  assumptions: string[];
  warnings: Warning[];
  sources: Source[];
  efficient_choice?: null | TrainingEstimateDocumentChoicePart;
  estimates?: null | TrainingEstimateDocument[];
}
export interface TrainingEstimateDocumentRangePart {
  value: number;
  low: number;
  high: number;
}
export interface RunDocumentGridPart {
  zone: null | string;
  intensity_g_per_kwh: QuantityDocument;
  basis: string;
  scope: string;
  year: null | number;
  source: string;
  how: string;
  note: null | string;
}
export interface TrainingEstimateDocumentSimilarTrainingPart {
  name: string;
  utilisation: number;
  likeness: number;
  bound?: null | string;
}
export interface Source {
  id: string;
  title: string;
  year?: null | number;
  licence?: null | string;
  link?: null | string;
}
export interface TrainingEstimateDocumentChoicePart {
  hardware: string;
  clear: boolean;
  second_over_first: TrainingEstimateDocumentRangePart;
}
export interface LifeCycleDocument {
  schema?: string;
  method: string;
  factors_hash: string;
  name: string;
  description?: null | string;
  file: string;
  life: LifeCycleDocumentFiguresPart;
  equivalents: EquivalentDocument[];
  phases: LifeCycleDocumentPhasePart[];
  dominates?: null | LifeCycleDocumentDominantPart;
  outgrows: LifeCycleDocumentBreakEvenPart[];
  sci: LifeCycleDocumentSciPart[];
  taken_as_exact: LifeCycleDocumentGivenPart[];
  notes: string[];
  warnings: Warning[];
  figures: string[];
  sources: Source[];
}
export interface LifeCycleDocumentFiguresPart {
  energy_kwh: QuantityDocument;
  facility_energy_kwh: QuantityDocument;
  emissions_kg: LifeCycleDocumentLifeEmissionsPart;
  water_l: null | QuantityDocument;
  boundaries: LifeCycleDocumentStepPart[];
}
export interface LifeCycleDocumentLifeEmissionsPart {
  operational: QuantityDocument;
  embodied: null | QuantityDocument;
  total: QuantityDocument;
  market_based: null | QuantityDocument;
}
export interface LifeCycleDocumentStepPart {
  step: string;
  added_energy_kwh: null | QuantityDocument;
  added_emissions_kg: QuantityDocument;
  energy_kwh: QuantityDocument;
  emissions_kg: QuantityDocument;
  water_l: null | QuantityDocument;
}
export interface LifeCycleDocumentPhasePart {
  id: string;
  name: string;
  kind: string;
  share: number;
  figures: LifeCycleDocumentFiguresPart;
  per_day: null | LifeCycleDocumentDayPart;
  per_unit: LifeCycleDocumentUnitPart[];
  places: LifeCycleDocumentLifePlacePart[];
  runs: string[];
  left_out: string[];
  notes: string[];
  data?: null | LifeCycleDocumentDataPart[];
}
export interface LifeCycleDocumentDayPart {
  days: number;
  energy_kwh: null | QuantityDocument;
  emissions_kg: QuantityDocument;
}
export interface LifeCycleDocumentUnitPart {
  unit: string;
  count: number;
  energy_kwh: QuantityDocument;
  emissions_kg: QuantityDocument;
}
export interface LifeCycleDocumentLifePlacePart {
  zone: null | string;
  intensity_g_per_kwh: QuantityDocument;
  basis: string;
  year: null | number;
  how: string;
  pue: QuantityDocument;
  pue_how: string;
}
export interface LifeCycleDocumentDataPart {
  name: string;
  energy_kwh: QuantityDocument;
  emissions_kg: QuantityDocument;
}
export interface LifeCycleDocumentDominantPart {
  phase: string;
  share: number;
  step: string;
  step_share: number;
}
export interface LifeCycleDocumentBreakEvenPart {
  by: string;
  days: number;
  low: number;
  high: number;
  counted: string;
}
export interface LifeCycleDocumentSciPart {
  boundary: string;
  inside: string;
  unit: string;
  count: number;
  rate_kg: QuantityDocument;
  energy_kwh: QuantityDocument;
  operational_kg: QuantityDocument;
  embodied_kg: null | QuantityDocument;
  warnings: Warning[];
}
export interface LifeCycleDocumentGivenPart {
  key: string;
  label: string;
  value: number;
  unit: string;
  source: string;
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
export interface VersionDocument {
  schema: string;
  version: string;
  method: string;
  factors_hash: string;
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
export interface InferenceEstimateDocument {
  schema?: string;
  method?: string;
  factors_hash: string;
  fitted_on_sha256?: string;
  estimates: {
    hardware: string;
    gpus: number;
    replicas: number;
    batch: number;
    precision: string;
    model?: string | null;
    size_undisclosed?: boolean;
    parameters: number;
    active_parameters: number;
    prompt_tokens: number;
    output_tokens: number;
    software_year: number;
    busy_share: number | null;
    gpu_energy_j_per_output_token: {
      value: number;
      low: number;
      high: number;
      boundary: string;
      quality: string;
      measured_share: number;
    };
    gpu_energy_wh_per_request: {
      value: number;
      low: number;
      high: number;
      boundary: string;
      quality: string;
      measured_share: number;
    };
    waiting_energy_wh_per_request: {
      value: number;
      low: number;
      high: number;
      boundary: string;
      quality: string;
      measured_share: number;
    } | null;
    it_energy_wh_per_request: {
      value: number;
      low: number;
      high: number;
      boundary: string;
      quality: string;
      measured_share: number;
    };
    facility_energy_wh_per_request: {
      value: number;
      low: number;
      high: number;
      boundary: string;
      quality: string;
      measured_share: number;
    };
    emissions_g_per_request: {
      value: number;
      low: number;
      high: number;
      boundary: string;
      quality: string;
      measured_share: number;
    };
    operational_g_per_request: {
      value: number;
      low: number;
      high: number;
      boundary: string;
      quality: string;
      measured_share: number;
    };
    embodied_g_per_request: {
      value: number;
      low: number;
      high: number;
      boundary: string;
      quality: string;
      measured_share: number;
    };
    totals: {
      name: string;
      requests: number;
      facility_energy_kwh: {
        value: number;
        low: number;
        high: number;
        boundary: string;
        quality: string;
        measured_share: number;
      };
      emissions_kg: {
        value: number;
        low: number;
        high: number;
        boundary: string;
        quality: string;
        measured_share: number;
      };
    }[];
    assumptions: string[];
    sources: {
      id: string;
      title: string;
      year?: number | null;
      licence?: string | null;
      link?: string | null;
    }[];
  }[];
}
export interface TaskEstimateDocument {
  schema?: string;
  method?: string;
  factors_hash: string;
  task: string;
  model: string | null;
  per: string;
  hardware: string;
  measured_energy_wh_per_request: {
    value: number;
    low: number;
    high: number;
    boundary: string;
    quality: string;
    measured_share: number;
  };
  it_energy_wh_per_request: {
    value: number;
    low: number;
    high: number;
    boundary: string;
    quality: string;
    measured_share: number;
  };
  facility_energy_wh_per_request: {
    value: number;
    low: number;
    high: number;
    boundary: string;
    quality: string;
    measured_share: number;
  };
  emissions_g_per_request: {
    value: number;
    low: number;
    high: number;
    boundary: string;
    quality: string;
    measured_share: number;
  };
  operational_g_per_request: {
    value: number;
    low: number;
    high: number;
    boundary: string;
    quality: string;
    measured_share: number;
  };
  embodied_g_per_request: {
    value: number;
    low: number;
    high: number;
    boundary: string;
    quality: string;
    measured_share: number;
  };
  totals: {
    name: string;
    requests: number;
    facility_energy_kwh: {
      value: number;
      low: number;
      high: number;
      boundary: string;
      quality: string;
      measured_share: number;
    };
    emissions_kg: {
      value: number;
      low: number;
      high: number;
      boundary: string;
      quality: string;
      measured_share: number;
    };
  }[];
  assumptions: string[];
  sources: {
    id: string;
    title: string;
    year?: number | null;
    licence?: string | null;
    link?: string | null;
  }[];
}
