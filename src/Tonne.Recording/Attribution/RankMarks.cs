using Tonne.Runs;

namespace Tonne.Recording.Attribution;

/// <summary>Chooses which rank's marks are the stages and epochs of a record.</summary>
/// <remarks>
/// In a distributed training all ranks mark the same stages and epochs. Those of the lowest rank that set any are the run's. Notes are
/// kept of all ranks, with the rank before the text.
/// </remarks>
static class RankMarks
{
    /// <summary>The marks of a record.</summary>
    /// <param name="marks">All marks of the trace.</param>
    /// <param name="members">The ranks; empty if the run has none.</param>
    /// <param name="subject">Number of the rank of which the record is; null for the run.</param>
    /// <param name="start">Start of the record within the trace, in ns.</param>
    internal static IReadOnlyList<Mark> Select(IReadOnlyList<Mark> marks, IReadOnlyList<RankMember> members, int? subject, long start)
    {
        if (members.Count == 0)
            return marks;
        if (subject is { } own)
            return [.. marks.Where(mark => mark.Member == own).Select(mark => mark with { Timestamp = Math.Max(0, mark.Timestamp - start) })];
        var lead = marks.Where(mark => mark.Kind != MarkKind.Note && GetRank(mark) is not null).Select(mark => mark.Member)
            .MinBy(member => members[member!.Value].Joined.Rank);
        return
        [
            .. marks.Where(mark => mark.Kind == MarkKind.Note || mark.Member == lead)
                .Select(mark => mark.Kind == MarkKind.Note && GetRank(mark) is { } rank ? mark with { Name = $"rank {rank}: {mark.Name}" } : mark),
        ];

        int? GetRank(Mark mark) => mark.Member is { } member && member >= 0 && member < members.Count ? members[member].Joined.Rank : null;
    }
}
