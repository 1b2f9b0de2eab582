using Tonne.Accounting;
using Tonne.Comparing;
using Tonne.Quantities;

namespace Tonne.Lab.Compression;

/// <summary>Cost of one prediction, without the conversion of a text to a row.</summary>
/// <param name="LatencySeconds">Time of a prediction in s, the median of all rounds.</param>
/// <param name="CpuSeconds">CPU time of a prediction in s: the median of all rounds, with minimum and maximum.</param>
/// <param name="PerThousand">Energy of 1,000 predictions by CPU time, and its emissions.</param>
/// <param name="EnergyRatio">Energy of the first variant ÷ energy of this one, from pairs within each round, with an interval of 95 %.</param>
public sealed record PredictionCost(double LatencySeconds, Bounds CpuSeconds, PhaseFootprint PerThousand, RatioInterval EnergyRatio);
