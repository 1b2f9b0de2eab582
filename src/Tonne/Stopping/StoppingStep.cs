using Tonne.Quantities;

namespace Tonne.Stopping;

/// <summary>One epoch with its gain and its energy.</summary>
/// <param name="Epoch">Its number, as the program gave it.</param>
/// <param name="Value">The metric after it; null if unknown or not a number.</param>
/// <param name="Best">The best value so far; null before the first.</param>
/// <param name="Gain">What it adds to the best before, never below 0: an epoch that makes it worse is not kept. Null up to and including
/// the first value.</param>
/// <param name="Energy">Energy of the job in this epoch.</param>
/// <param name="EnergySoFar">Energy of the epochs up to this.</param>
/// <param name="Emissions">Operational emissions of this epoch.</param>
/// <param name="GainPerKilowattHour">Gain ÷ energy, per kWh; null where one is unknown or the energy is 0.</param>
public sealed record StoppingStep(
    int Epoch, double? Value, double? Best, double? Gain, Energy Energy, Energy EnergySoFar, Emissions Emissions, double? GainPerKilowattHour);
