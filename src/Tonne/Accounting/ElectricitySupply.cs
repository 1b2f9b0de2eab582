using Tonne.Quantities;

namespace Tonne.Accounting;

/// <summary>A part of a phase's electricity that has a factor of its own.</summary>
/// <param name="Name">Name of the contract or of the generator.</param>
/// <param name="Share">Share of the facility energy that it covers, 0 to 1; null where <paramref name="Energy"/> is given.</param>
/// <param name="Energy">kWh that it covers; null where <paramref name="Share"/> is given.</param>
/// <param name="Intensity">Carbon intensity of the supplied electricity, g CO2e/kWh.</param>
/// <param name="Matching"><c>hourly</c> or <c>yearly</c>: the time step over which supply and use were matched.</param>
public sealed record ElectricitySupply(string Name, Factor? Share, Factor? Energy, Factor Intensity, string Matching);
