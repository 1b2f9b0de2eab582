using Tonne.Comparing;

namespace Tonne.Cli.PowerLimits;

/// <summary>The limit with the least of a figure.</summary>
/// <param name="Figure">energy, time, energy_delay or emissions.</param>
/// <param name="Variant">Index of the limit.</param>
/// <param name="RatioToFound">The figure there ÷ the figure at the limit that was found; null if it is that limit.</param>
sealed record LeastLimit(string Figure, int Variant, RatioInterval? RatioToFound);
