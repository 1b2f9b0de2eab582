namespace Tonne.LifeCycles.YamlDescriptions;

/// <summary>The keys of each block of a description. A test compares them with docs/formats/footprint.schema.json.</summary>
static class DescriptionKeys
{
    public static readonly string[] Life = ["format", "name", "description", "source", "sources", "place", "facility", "market", "phases", "notes"];

    public static readonly string[] Phase =
    [
        "name", "kind", "source", "place", "facility", "market", "dynamic", "idle", "infrastructure", "from", "estimate", "data", "hardware", "duration", "units", "computation", "published", "notes",
    ];

    public static readonly string[] Place = ["zone", "region", "intensity", "basis", "source"];

    public static readonly string[] Facility = ["pue", "wue", "grid_water", "kind", "site", "source"];

    public static readonly string[] Market = ["contracts", "on_site", "residual_mix", "source"];

    public static readonly string[] Supply = ["name", "share", "energy", "intensity", "matched", "source"];

    public static readonly string[] Use =
        ["name", "energy", "power", "hours", "devices", "chip_hours", "hardware", "mode", "boundary", "of_which", "holds_cooling", "source", "quality", "note"];

    public static readonly string[] Hardware = ["lifetime", "utilisation", "items", "emissions", "source"];

    public static readonly string[] Item = ["item", "manufacturing", "count", "hours", "chips_per_item", "lifetime", "utilisation", "source"];

    public static readonly string[] Run = ["run", "project", "name", "status", "tag"];

    public static readonly string[] Estimate = ["training", "inference"];

    public static readonly string[] EstimateTraining = ["model", "model_file", "parameters", "active_parameters", "tokens", "operations", "hardware", "chips", "hours", "precision", "distilled", "tune", "runs"];

    public static readonly string[] EstimateInference =
        ["model", "model_file", "parameters", "active_parameters", "hardware", "gpus", "batch", "precision", "prompt_tokens", "cached_tokens", "repeated_tokens", "smaller_parameters", "output_tokens", "reasoning_tokens", "layers",
            "kv_bytes_per_token", "experts", "software", "requests", "requests_per_day"];

    public static readonly string[] Data = ["stored", "transferred", "source"];

    public static readonly string[] Published = ["energy", "emissions", "source"];

    public static readonly string[] Quantity = ["best", "low", "high", "source", "quality", "note"];
}
