using Tonne.Runs;

namespace Tonne.Recording;

/// <summary>Receives runs: where their traces, records and footprint statements go.</summary>
/// <remarks>A sink that fails never costs the run: the recorder reports the failure and goes on in memory.</remarks>
public interface IRunSink
{
    /// <summary>Begins a run. The opening is stored when this returns, so that a run that is killed later leaves evidence.</summary>
    /// <param name="opening">What is known at the start.</param>
    /// <param name="cancellationToken">Cancels the beginning.</param>
    /// <returns>The run's writer, with the opening in its trace.</returns>
    ValueTask<IRunWriter> BeginAsync(RunOpening opening, CancellationToken cancellationToken = default);
}
