using Tonne.Instruments.Machines;
using Tonne.Quantities;
using Tonne.Runs;

namespace Tonne.Instruments.Polling;

/// <summary>What a source can tell of this machine, seen from its first answer.</summary>
/// <param name="Channels">Its meters, each with the key of its value.</param>
/// <param name="Parts">The parts of the machine that they stand for.</param>
/// <param name="Doubts">What makes them less sure.</param>
/// <param name="Refusal">Why nothing of it can be used; null if something can.</param>
sealed record PolledOffer(IReadOnlyList<(string Key, MeterDescription Meter)> Channels, IReadOnlyList<MeteredPart> Parts, IReadOnlyList<Doubt> Doubts, string? Refusal)
{
    internal static PolledOffer None(string refusal) => new([], [], [], refusal);
}
