using Tonne.Quantities;

namespace Tonne.Accounting;

/// <summary>Figures of stored or transferred data: in no sum.</summary>
/// <param name="Name"><c>storage</c> or <c>network</c>.</param>
/// <param name="Bytes">The data, B.</param>
/// <param name="Energy">Facility energy, kWh: for storage, of keeping the data for a year.</param>
/// <param name="Emissions">Operational emissions, kg CO2e.</param>
public sealed record DataFigures(string Name, long Bytes, Figure Energy, Figure Emissions);
