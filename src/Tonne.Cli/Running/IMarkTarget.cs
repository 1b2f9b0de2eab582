using Tonne.Accounting;
using Tonne.Runs;

namespace Tonne.Cli.Running;

/// <summary>The run that marks are added to.</summary>
interface IMarkTarget
{
    /// <summary>Timestamp of the clock at the start of the run.</summary>
    long StartTimestamp { get; }

    /// <summary>Monotonic time since the start, in ns.</summary>
    long ElapsedNanoseconds { get; }

    /// <summary>Environment variables by which runs inside the run know it.</summary>
    IReadOnlyDictionary<string, string> ChildVariables { get; }

    /// <summary>Accounts what was recorded so far, as if the run ended now; null if another process records it.</summary>
    (RunRecord Record, Footprint Footprint)? AccountSoFar();

    /// <summary>Adds a mark.</summary>
    void AddMark(Mark mark);

    /// <summary>Takes a sample, for the time of an event whose mark is added later.</summary>
    void TakeSample();
}
