namespace Tonne.Server.Api;

/// <summary>The parameters that a route takes, in the order of the OpenAPI document.</summary>
/// <param name="List">The parameters.</param>
sealed record QueryParameters(IReadOnlyList<QueryParameter> List)
{
    /// <summary>Which runs: the conditions of <see cref="Tonne.Ledgers.LedgerQuery"/>.</summary>
    public static QueryParameters Runs { get; } = new(
    [
        new("project", "Only runs of this project"),
        new("account", "Only runs that the scheduler charges to this account"),
        new("user", "Only runs of this user"),
        new("name", "Part of the name, in upper or lower case"),
        new("tag", "Only runs with this tag, K or K=V; may be repeated", IsRepeatable: true),
        new("status", "completed, failed, interrupted or running"),
        new("kind", "recorded or imported"),
        new("since", "Started at or after: 2026-11-01, 2026-11, 2026-11-01T08:00Z, or 30d, 2w, 12h before now"),
        new("until", "Started before"),
    ]);

    /// <summary>Where something runs.</summary>
    public static QueryParameters Place { get; } = new(
    [
        new("zone", "Grid zone: FR, France. Without a place the world's mean intensity is used"),
        new("region", "Cloud region: gcp:europe-west9"),
        new("intensity", "Carbon intensity in g CO2e/kWh, 0 to 5000"),
        new("pue", "Facility energy ÷ IT energy, 1 to 5"),
    ]);

    /// <summary>These and others.</summary>
    public QueryParameters With(params IEnumerable<QueryParameter> more) => new([.. List, .. more]);
}
