using System.Collections.Immutable;
using Tonne.Quantities;

namespace Tonne.Accounting;

/// <summary>What was bought for a phase's electricity, and what was made on the site.</summary>
/// <param name="Contracts">Contracts with their own emission factor: power purchase agreements, supplier tariffs, certificates.</param>
/// <param name="OnSite">Generation on the site that the machines use, not sold and without certificates sold.</param>
/// <param name="ResidualMix">What is left of the grid when all claimed generation is taken out, g CO2e/kWh; null if unknown, then the grid's mean stands in and a warning says so.</param>
public sealed record MarketBasedSupply(ImmutableArray<ElectricitySupply> Contracts, ImmutableArray<ElectricitySupply> OnSite, Factor? ResidualMix);
