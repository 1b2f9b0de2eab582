using Tonne.Instruments.Machines;
using Tonne.Quantities;
using Tonne.Runs;

namespace Tonne.Instruments.HttpPolling;

/// <summary>What a source can report of this machine, by its first answer.</summary>
/// <param name="Channels">Its meters, each with the key of its value.</param>
/// <param name="Parts">The parts of the machine that they stand for.</param>
/// <param name="Warnings">What makes them less sure.</param>
/// <param name="UnusableReason">Why nothing of it can be used; null if something can.</param>
sealed record SourceCapabilities(IReadOnlyList<(string Key, MeterDescription Meter)> Channels, IReadOnlyList<MeteredPart> Parts, IReadOnlyList<Warning> Warnings, string? UnusableReason)
{
    internal static SourceCapabilities Unusable(string refusal) => new([], [], [], refusal);
}
