using Tonne.Quantities;

namespace Tonne.Stopping;

/// <summary>One epoch, seen by what it gained for what it used.</summary>
/// <param name="Epoch">Its number, as the program gave it.</param>
/// <param name="Value">The metric after it; null if it was not told or is no number.</param>
/// <param name="Best">The best value so far; null before the first.</param>
/// <param name="Gain">What it adds to the best before, never below 0: an epoch that makes it worse is not kept. Null up to the first value, which has nothing to be compared with.</param>
/// <param name="Energy">Energy of the job in this epoch.</param>
/// <param name="EnergySoFar">Energy of the epochs up to this.</param>
/// <param name="Emissions">Operational emissions of this epoch.</param>
/// <param name="GainPerKilowattHour">Gain ÷ energy, per kWh; null where one is unknown or the energy is 0.</param>
public sealed record StoppingStep(
    int Epoch, double? Value, double? Best, double? Gain, Energy Energy, Energy EnergySoFar, Emissions Emissions, double? GainPerKilowattHour);
