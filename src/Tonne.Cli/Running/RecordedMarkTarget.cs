using Tonne.Accounting;
using Tonne.Recording;
using Tonne.Runs;

namespace Tonne.Cli.Running;

/// <summary>Marks of a run of one command.</summary>
/// <param name="run">The run.</param>
/// <param name="place">The place, which may become known while the run goes on.</param>
sealed class RecordedMarkTarget(RecordedRun run, Task<Place> place) : IMarkTarget
{
    /// <inheritdoc/>
    public long StartTimestamp => run.StartTimestamp;

    /// <inheritdoc/>
    public long ElapsedNanoseconds => run.ElapsedNanoseconds;

    /// <inheritdoc/>
    public IReadOnlyDictionary<string, string> ChildVariables => ParentRun.CreateVariables(run);

    /// <inheritdoc/>
    public (RunRecord Record, Footprint Footprint)? AccountSoFar() => run.AccountSoFar(place.IsCompletedSuccessfully ? place.Result : null);

    /// <inheritdoc/>
    public void AddMark(Mark mark) => run.AddMark(mark);

    /// <inheritdoc/>
    public void TakeSample() => run.TakeSample();
}
