using System.Collections.Immutable;
using Tonne.Quantities;
using Tonne.Runs;

namespace Tonne.Recording;

/// <summary>How a run ended, as only its caller knows.</summary>
public sealed record RunCompletion
{
    /// <summary>Exit code: 0 completed, anything else failed, 128 + n for signal n. Default: 0.</summary>
    public int ExitCode { get; init; }

    /// <summary>The place, where it became known only during the run. Default: null, that of the start holds.</summary>
    public Place? Place { get; init; }

    /// <summary>Warnings of the caller. Default: none.</summary>
    public ImmutableArray<Warning> Warnings { get; init; } = [];
}
