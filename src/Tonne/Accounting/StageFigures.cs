using Tonne.Quantities;

namespace Tonne.Accounting;

/// <summary>Figures of one stage or epoch.</summary>
/// <param name="Name">Name of the stage, or number of the epoch.</param>
/// <param name="Energy">The job's IT energy, kWh.</param>
/// <param name="Emissions">Operational emissions of the job, kg CO2e.</param>
public sealed record StageFigures(string Name, Figure Energy, Figure Emissions)
{
    /// <summary>Whether the energy is unknown, because the line was read late; the figures are then 0 and not shown. Default: no.</summary>
    public bool IsWithheld { get; init; }
}
