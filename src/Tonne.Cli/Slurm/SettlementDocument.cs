using System.Text.Json.Serialization;

namespace Tonne.Cli.Slurm;

/// <summary>Settled jobs as JSON, schema <c>tonne.slurm-settlement/1</c>.</summary>
/// <param name="Zone">Code of the zone.</param>
/// <param name="Jobs">The jobs that ran and ended.</param>
/// <param name="Unsettled">Ids of the others.</param>
sealed record SettlementDocument(
    [property: JsonPropertyName("zone")] string Zone,
    [property: JsonPropertyName("jobs")] IReadOnlyList<JobSettlement> Jobs,
    [property: JsonPropertyName("unsettled")] IReadOnlyList<string> Unsettled)
{
    /// <summary>The schema.</summary>
    [JsonPropertyName("schema"), JsonPropertyOrder(-1)]
    public string Schema => "tonne.slurm-settlement/1";
}
