using Tonne.Quantities;
using Tonne.Reducing;

namespace Tonne.Lab.Compressing;

/// <summary>What one prediction costs. Making the row from a text is not part of it.</summary>
/// <param name="LatencySeconds">Time of one in s, the median of all rounds.</param>
/// <param name="CpuSeconds">CPU time of one in s, the median of all rounds.</param>
/// <param name="KilowattHoursPerThousand">Energy of 1,000 at the plug, modelled by CPU time.</param>
/// <param name="KilogramsPerThousand">Operational emissions of 1,000, kg CO2e.</param>
/// <param name="TimesLess">Energy of the first variant ÷ energy of this one, from pairs within each round, with an interval of 95 %.</param>
public sealed record PredictionCost(double LatencySeconds, double CpuSeconds, Bounds KilowattHoursPerThousand, Bounds KilogramsPerThousand, RatioInterval TimesLess);
