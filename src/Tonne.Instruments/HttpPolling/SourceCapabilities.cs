using Tonne.Instruments.Machines;
using Tonne.Quantities;
using Tonne.Runs;

namespace Tonne.Instruments.HttpPolling;

/// <summary>The meters that a source offers for this machine, according to its first answer.</summary>
/// <param name="Channels">The meters of the source, each with the key of its value.</param>
/// <param name="Parts">The parts of the machine that they stand for.</param>
/// <param name="Warnings">Warnings about these meters.</param>
/// <param name="UnusableReason">Why no meter of the source can be used; null if one can.</param>
sealed record SourceCapabilities(IReadOnlyList<(string Key, MeterDescription Meter)> Channels, IReadOnlyList<MeteredPart> Parts, IReadOnlyList<Warning> Warnings, string? UnusableReason)
{
    internal static SourceCapabilities Unusable(string refusal) => new([], [], [], refusal);
}
