using Tonne.Quantities;

namespace Tonne.Stopping;

/// <summary>What is known of an epoch when it is asked whether it was worth it.</summary>
/// <param name="Epoch">Its number.</param>
/// <param name="Value">The metric after it; NaN if it was not told.</param>
/// <param name="Energy">Energy of the job in this epoch, not below 0.</param>
/// <param name="Emissions">Operational emissions of this epoch.</param>
public readonly record struct StoppingPoint(int Epoch, double Value, Energy Energy, Emissions Emissions);
