using Tonne.Quantities;

namespace Tonne.Ledgers.Months;

/// <summary>One of the runs of a month with the largest emissions.</summary>
/// <param name="Run">The run.</param>
/// <param name="Part">Part of its energy in this month, above 0 to 1.</param>
/// <param name="FacilityEnergy">Facility energy in this month, kWh.</param>
/// <param name="Emissions">Emissions in this month, kg CO2e.</param>
public sealed record MonthRun(RunSummary Run, double Part, Bounds FacilityEnergy, Bounds Emissions);
