using System.Collections.Immutable;
using Tonne.Quantities;

namespace Tonne.Accounting;

/// <summary>Electricity contracts of a phase, and generation on its site.</summary>
/// <param name="Contracts">Contracts with their own emission factor: power purchase agreements, supplier tariffs, certificates.</param>
/// <param name="OnSite">Generation on the site that the machines use, not sold and without certificates sold.</param>
/// <param name="ResidualMix">Intensity of the grid without all generation claimed by contracts, g CO2e/kWh. Null if unknown: the grid's
/// mean is then used, with a warning.</param>
public sealed record MarketBasedSupply(ImmutableArray<ElectricitySupply> Contracts, ImmutableArray<ElectricitySupply> OnSite, Factor? ResidualMix);
