using Tonne.Accounting;
using Tonne.Ledgers;
using Tonne.Quantities;
using Tonne.Reporting.Json;

namespace Tonne.Server.Api;

/// <summary>A part of the list of runs, schema <c>tonne.run-page/1</c>. The figures are those of the newest statement of each run, as in <c>tonne.run/1</c>.</summary>
/// <param name="Schema">Schema.</param>
/// <param name="Total">Runs that match.</param>
/// <param name="Offset">Number of runs before this part.</param>
/// <param name="Limit">Most runs of a part.</param>
/// <param name="Next">Address of the next part; null if this is the last.</param>
/// <param name="Runs">The runs.</param>
sealed record RunPageDocument(string Schema, int Total, int Offset, int Limit, string? Next, IReadOnlyList<RunPageDocument.RunPart> Runs)
{
    /// <summary>A run; null where something is not known, and figures while it runs.</summary>
    public sealed record RunPart(
        string Id, string Name, string? Project, IReadOnlyDictionary<string, string> Tags, int? Rank, string? Parent, string? User, string? Machine, string? Cpu, string? Account, string Kind,
        string? Status, int? ExitCode, DateTimeOffset StartedAt, double? DurationS, string? Zone, string? Method, string? FactorsHash, QuantityDocument? EnergyKwh,
        QuantityDocument? FacilityEnergyKwh, EmissionsPart? EmissionsKg, string? Problem, string Address)
    {
        internal static RunPart From(RunSummary run) => new(
            run.Id, run.Name, run.Project, run.Tags, run.Rank, run.Parent, run.User, run.Node, run.Cpu, run.Job?.Account, EnumWords.Format(run.Kind),
            run.Status is { } status ? EnumWords.Format(status) : null, run.ExitCode, run.StartedAt, run.DurationSeconds, run.Zone, run.Method, run.FactorsHash, Quantity(run.Energy),
            Quantity(run.FacilityEnergy), run.Operational is null ? null : new(Quantity(run.Operational), Quantity(run.Embodied), Quantity(run.Total)), run.Trouble?.ToString(),
            "/api/v1/runs/" + run.Id);

        static QuantityDocument? Quantity(StatedFigure? figure) => figure is null ? null : QuantityDocument.From(figure);
    }

    /// <summary>Emissions, kg CO2e.</summary>
    public sealed record EmissionsPart(QuantityDocument? Operational, QuantityDocument? Embodied, QuantityDocument? Total);
}
