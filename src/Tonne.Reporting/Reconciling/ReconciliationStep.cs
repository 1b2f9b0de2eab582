namespace Tonne.Reporting.Reconciling;

/// <summary>One step from CodeCarbon's figure to ours: one factor is replaced, all others stay.</summary>
/// <param name="Cause">What is replaced.</param>
/// <param name="EnergyBeforeKwh">Facility energy before the step, kWh.</param>
/// <param name="EnergyAfterKwh">Facility energy after it, kWh.</param>
/// <param name="EmissionsBeforeKg">Emissions before the step, kg CO2e; of the first, CodeCarbon's.</param>
/// <param name="EmissionsAfterKg">Emissions after it, kg CO2e; of the last, ours.</param>
/// <param name="Why">Why they differ, in sentences, with the values on both sides.</param>
/// <param name="Source">Where our value is from; null if the step has none.</param>
public sealed record ReconciliationStep(
    ReconciliationCause Cause,
    double EnergyBeforeKwh,
    double EnergyAfterKwh,
    double EmissionsBeforeKg,
    double EmissionsAfterKg,
    string Why,
    string? Source)
{
    /// <summary>The part of the difference in energy, kWh.</summary>
    public double EnergyPartKwh => EnergyAfterKwh - EnergyBeforeKwh;

    /// <summary>The part of the difference in emissions, kg CO2e.</summary>
    public double EmissionsPartKg => EmissionsAfterKg - EmissionsBeforeKg;
}
