using Tonne.Quantities;

namespace Tonne.Stopping;

/// <summary>One epoch as input of <see cref="StoppingAdvice"/>.</summary>
/// <param name="Epoch">Number of the epoch.</param>
/// <param name="Value">Value of the metric after the epoch; NaN if unknown.</param>
/// <param name="Energy">Energy of the job in this epoch, not below 0.</param>
/// <param name="Emissions">Operational emissions of this epoch.</param>
public readonly record struct StoppingPoint(int Epoch, double Value, Energy Energy, Emissions Emissions);
