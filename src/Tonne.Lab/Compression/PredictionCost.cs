using Tonne.Accounting;
using Tonne.Comparing;
using Tonne.Quantities;

namespace Tonne.Lab.Compression;

/// <summary>What one prediction costs. Making the row from a text is not part of it.</summary>
/// <param name="LatencySeconds">Time of one in s, the median of all rounds.</param>
/// <param name="CpuSeconds">CPU time of one in s: the median of all rounds, between their least and most.</param>
/// <param name="PerThousand">Energy of 1,000 by CPU time, and what it emits.</param>
/// <param name="EnergyRatio">Energy of the first variant ÷ energy of this one, from pairs within each round, with an interval of 95 %.</param>
public sealed record PredictionCost(double LatencySeconds, Bounds CpuSeconds, PhaseFootprint PerThousand, RatioInterval EnergyRatio);
