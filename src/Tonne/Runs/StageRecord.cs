using System.Collections.Immutable;
using System.Text.Json.Serialization;

namespace Tonne.Runs;

/// <summary>One stage of a run. Stages do not overlap; time in none is the stage <see cref="Outside"/>.</summary>
/// <param name="Name">Name, or <c>(outside)</c>.</param>
/// <param name="StartSeconds">Start, in s from the start of the run (for outside: of its first part).</param>
/// <param name="DurationSeconds">Duration in s.</param>
/// <param name="DataIn">Shape of the input data; null if not given.</param>
/// <param name="DataOut">Shape of the output data; null if not given.</param>
/// <param name="Energy">The job's energy by component.</param>
public sealed record StageRecord(
    string Name,
    double StartSeconds,
    double DurationSeconds,
    DataShape? DataIn,
    DataShape? DataOut,
    ImmutableArray<EnergyUse> Energy)
{
    /// <summary>
    /// Whether its line was read long after the stage had begun, from a buffer: it has no time and no energy, which are in
    /// <see cref="Outside"/>. Default: no.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool IsLate { get; init; }

    /// <summary>The energy by quarter hour, in order, for accounts by the hour; null in a record of before it was kept.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<QuarterHourEnergy>? QuarterHours { get; init; }

    /// <summary>Name of the time in no stage.</summary>
    public const string Outside = "(outside)";
}
