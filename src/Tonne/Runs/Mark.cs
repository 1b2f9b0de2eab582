namespace Tonne.Runs;

/// <summary>A mark that the program set while it ran: a stage, an epoch or a note.</summary>
/// <param name="Kind">Kind of mark.</param>
/// <param name="Timestamp">Monotonic time in ns from the start of the run.</param>
/// <param name="Name">Stage name, or the text of a note.</param>
/// <param name="Number">Epoch number; null otherwise.</param>
/// <param name="DataIn">Shape of the data a stage takes in.</param>
/// <param name="DataOut">Shape of the data a stage gives out.</param>
/// <param name="Metrics">Metrics of an epoch by canonical name (loss, accuracy, validation_loss, validation_accuracy, …).</param>
/// <param name="Origin">Source of the mark.</param>
public sealed record Mark(
    MarkKind Kind,
    long Timestamp,
    string? Name = null,
    int? Number = null,
    DataShape? DataIn = null,
    DataShape? DataOut = null,
    IReadOnlyDictionary<string, double>? Metrics = null,
    MarkOrigin Origin = MarkOrigin.Mark)
{
    /// <summary>The member of a run with ranks that set the mark (<see cref="RankEvent.Member"/>); null if the run has none.</summary>
    public int? Member { get; init; }
}
