using Tonne.Quantities;

namespace Tonne.Sci;

/// <summary>The sum of all runs behind one model: those that failed, were stopped or were repeated count too (SCI for AI, section 7.2).</summary>
/// <param name="Name">The campaign.</param>
/// <param name="FacilityEnergy">E, kWh.</param>
/// <param name="Operational">E × I, kg CO2e.</param>
/// <param name="Embodied">M of the runs where it is known, kg CO2e; null if it is known of none.</param>
/// <param name="Emissions">Operational and embodied, kg CO2e.</param>
/// <param name="Completed">Runs that completed.</param>
/// <param name="Failed">Runs that failed.</param>
/// <param name="Interrupted">Runs that were interrupted.</param>
/// <param name="Quality">Worst quality of the runs above 5 %.</param>
/// <param name="MeasuredShare">Measured ÷ total energy, 0 to 1.</param>
/// <param name="HasOneBoundary">Whether all runs have the same boundary.</param>
public sealed record SciCampaign(
    string Name, Bounds FacilityEnergy, Bounds Operational, Bounds? Embodied, Bounds Emissions, int Completed, int Failed, int Interrupted,
    Quality Quality, double MeasuredShare, bool HasOneBoundary)
{
    /// <summary>Number of runs.</summary>
    public int Runs => Completed + Failed + Interrupted;

    /// <summary>What went in, with the number of runs by status.</summary>
    public string Description => $"campaign {Name}: {Runs} {(Runs == 1 ? "run" : "runs")}, {Completed} completed, {Failed} failed, {Interrupted} interrupted";

    /// <summary>A sum as a figure; its derivation is the sum itself, because the runs have their own.</summary>
    internal Figure CreateFigure(string name, Unit unit, Bounds bounds, Boundary boundary) => new(
        name, boundary, bounds, Quality, MeasuredShare,
        new Derivation.FactorNode(new Factor($"campaign/{name}", $"{name} of {Description}", unit, bounds, Quality, new Source("LEDGER", "Sum over runs of the ledger"))));
}
