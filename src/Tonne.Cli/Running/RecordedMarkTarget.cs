using Tonne.Recording;
using Tonne.Runs;

namespace Tonne.Cli.Running;

/// <summary>Marks of a run of one command.</summary>
sealed class RecordedMarkTarget(RecordedRun run) : IMarkTarget
{
    /// <inheritdoc/>
    public long StartTimestamp => run.StartTimestamp;

    /// <inheritdoc/>
    public long ElapsedNanoseconds => run.ElapsedNanoseconds;

    /// <inheritdoc/>
    public IReadOnlyDictionary<string, string> ChildVariables => ParentRun.CreateVariables(run);

    /// <inheritdoc/>
    public void AddMark(Mark mark) => run.AddMark(mark);

    /// <inheritdoc/>
    public void TakeSample() => run.TakeSample();
}
