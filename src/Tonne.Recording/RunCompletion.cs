using System.Collections.Immutable;
using Tonne.Quantities;
using Tonne.Runs;

namespace Tonne.Recording;

/// <summary>Facts about the end of a run that its caller provides.</summary>
public sealed record RunCompletion
{
    /// <summary>Exit code: 0 completed, anything else failed, 128 + n for signal n. Default: 0.</summary>
    public int ExitCode { get; init; }

    /// <summary>Whether the user stopped the run before it had done its work. Default: no.</summary>
    public bool Interrupted { get; init; }

    /// <summary>The place, where it became known only during the run. Default: null, the place at the start applies.</summary>
    public Place? Place { get; init; }

    /// <summary>The job of the scheduler, where its name and account became known only during the run. Default: null, what was known at the start applies.</summary>
    public JobIdentity? Job { get; init; }

    /// <summary>When a run that waited for clean hours worked. Default: null, it did not wait.</summary>
    public RunTiming? Timing { get; init; }

    /// <summary>Warnings of the caller. Default: none.</summary>
    public ImmutableArray<Warning> Warnings { get; init; } = [];
}
