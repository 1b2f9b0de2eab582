using System.Text.Json.Serialization;
using Tonne.Grids;

namespace Tonne.Accounting;

/// <summary>Quarter hours of a run, one after another, whose intensity is known in the same way.</summary>
/// <param name="From">Start of the first quarter hour, UTC.</param>
/// <param name="To">End of the last one, UTC.</param>
/// <param name="Signal">Observed, profile or annual.</param>
/// <param name="GramsPerKwh">Their intensity in g CO2e/kWh, weighted by the energy of each.</param>
/// <param name="EnergyShare">Their part of the run's energy, 0 to 1.</param>
/// <param name="Source">Id of the source.</param>
public sealed record IntensitySpan(DateTimeOffset From, DateTimeOffset To, IntensitySignal Signal, double GramsPerKwh, double EnergyShare, string Source)
{
    /// <summary>Intensity of each quarter hour in g CO2e/kWh, in order; a single value holds for all of them. Null in a statement of before they were kept.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<double>? QuarterHours { get; init; }
}
