using Tonne.Runs;

namespace Tonne.Recording;

/// <summary>Receives the traces, records and footprint statements of runs.</summary>
/// <remarks>If a sink fails, the recorder reports the failure and continues in memory.</remarks>
public interface IRunSink
{
    /// <summary>Begins a run. The opening is stored when this returns, so that a run that is killed later leaves a trace.</summary>
    /// <param name="opening">What is known at the start.</param>
    /// <param name="cancellationToken">Cancels the beginning.</param>
    /// <returns>The run's writer, with the opening in its trace.</returns>
    ValueTask<IRunWriter> BeginAsync(RunOpening opening, CancellationToken cancellationToken = default);
}
