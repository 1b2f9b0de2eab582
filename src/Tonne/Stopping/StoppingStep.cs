using Tonne.Quantities;

namespace Tonne.Stopping;

/// <summary>One epoch with its gain and its energy.</summary>
/// <param name="Epoch">Number of the epoch, as the training program printed it.</param>
/// <param name="Value">Value of the metric after the epoch; null if unknown or not a number.</param>
/// <param name="Best">The best value up to this epoch; null before the first value.</param>
/// <param name="Gain">Improvement over the best value before this epoch, 0 if there is none, because the model of the better epoch would
/// be kept. Null up to and including the epoch of the first value.</param>
/// <param name="Energy">Energy of the job in this epoch.</param>
/// <param name="EnergySoFar">Energy of the job in this epoch and all epochs before it.</param>
/// <param name="Emissions">Operational emissions of this epoch.</param>
/// <param name="GainPerKilowattHour">Gain ÷ energy, per kWh; null if the gain is unknown or the energy is 0.</param>
public sealed record StoppingStep(
    int Epoch,
    double? Value,
    double? Best,
    double? Gain,
    Energy Energy,
    Energy EnergySoFar,
    Emissions Emissions,
    double? GainPerKilowattHour);
