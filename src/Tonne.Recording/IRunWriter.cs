using Tonne.Accounting;
using Tonne.Recording.Traces;
using Tonne.Runs;

namespace Tonne.Recording;

/// <summary>Stores one run while it is recorded: its trace as it comes, its record and footprint statement at the end.</summary>
/// <remarks>
/// Disposing without <see cref="FinishAsync"/> leaves the run open: it may later be closed from its trace as interrupted.
/// </remarks>
public interface IRunWriter : IDisposable
{
    /// <summary>The trace to append to; it begins with the opening.</summary>
    TraceWriter Trace { get; }

    /// <summary>Where the run is stored, for people; null if it is not stored after its end.</summary>
    string? Location { get; }

    /// <summary>Opens the stored trace from its start. Blocks that could not be stored (<see cref="TraceWriter.Unwritten"/>) are not part of it.</summary>
    Stream OpenTrace();

    /// <summary>Stores the record and its first statement, and ends the run. The trace has its ending.</summary>
    /// <param name="record">The facts.</param>
    /// <param name="statement">The footprint as stated now.</param>
    /// <param name="cancellationToken">Cancels storing; the trace stays.</param>
    ValueTask FinishAsync(RunRecord record, FootprintStatement statement, CancellationToken cancellationToken = default);
}
