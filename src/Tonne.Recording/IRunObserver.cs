using Tonne.Recording.Metering;
using Tonne.Runs;

namespace Tonne.Recording;

/// <summary>Follows runs while they are recorded, for example for a live view, a server or another rank.</summary>
/// <remarks>
/// Called one call at a time, on the thread that samples or marks: a method that takes long delays the next sample, so hand the work to a queue.
/// An observer must not call the run. One that throws is reported as <see cref="RecorderProblemKind.ObserverFailed"/> and is not called again.
/// All members have a default that does nothing.
/// </remarks>
public interface IRunObserver
{
    /// <summary>A run was opened. Its first sample follows.</summary>
    /// <param name="opening">What is known at the start, with the meters in the order of each sample.</param>
    void OnOpened(RunOpening opening)
    {
    }

    /// <summary>A sample was taken.</summary>
    /// <param name="runId">Id of the run.</param>
    /// <param name="timestamp">Monotonic time since the start of the run, in ns.</param>
    /// <param name="readings">One reading per meter of the opening; valid only during the call.</param>
    void OnSample(string runId, long timestamp, ReadOnlySpan<Reading> readings)
    {
    }

    /// <summary>A stage, an epoch or a note was marked.</summary>
    /// <param name="runId">Id of the run.</param>
    /// <param name="mark">The mark.</param>
    void OnMark(string runId, Mark mark)
    {
    }

    /// <summary>The run has ended, and its sink has stored it or failed to.</summary>
    /// <param name="result">The facts and the footprint.</param>
    void OnFinished(RunResult result)
    {
    }
}
