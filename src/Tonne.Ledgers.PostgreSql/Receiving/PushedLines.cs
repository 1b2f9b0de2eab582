using Tonne.Ledgers.Pushing;

namespace Tonne.Ledgers.PostgreSql.Receiving;

/// <summary>The lines of a push: those that can be kept, each once, and those that are refused whatever the database has.</summary>
sealed class PushedLines
{
    /// <summary>Why a line is refused whose place is taken.</summary>
    public const string DiffersReason = "another line is known by this run and sequence";

    /// <summary>The lines to keep, by run and sequence.</summary>
    public required IReadOnlyList<CheckedLine> Lines { get; init; }

    /// <summary>The lines that are refused.</summary>
    public required IReadOnlyList<RefusedLine> Refused { get; init; }

    /// <summary>Number of lines that came twice in the push.</summary>
    public required int Repeated { get; init; }

    /// <summary>Number of lines in the push.</summary>
    public int Total => Lines.Count + Refused.Count + Repeated;

    /// <summary>Checks the lines of a push.</summary>
    /// <param name="lines">The lines as they were received.</param>
    /// <param name="now">The time, UTC.</param>
    public static PushedLines Check(IReadOnlyList<PushedLine> lines, DateTimeOffset now)
    {
        var kept = new SortedDictionary<(string, int), CheckedLine>(Comparer<(string Run, int Sequence)>.Create(
            static (a, b) => string.CompareOrdinal(a.Run, b.Run) is var order and not 0 ? order : a.Sequence.CompareTo(b.Sequence)));
        var refused = new List<RefusedLine>();
        var repeated = 0;
        foreach (var line in lines)
        {
            try
            {
                if (!kept.TryGetValue((line.Run, line.Sequence), out var first))
                    kept[(line.Run, line.Sequence)] = CheckedLine.Check(line, now);
                else if (first.Line.Line.Span.SequenceEqual(line.Line.Span))
                    repeated++;
                else
                    refused.Add(new(line.Run, line.Sequence, DiffersReason));
            }
            catch (FormatException error)
            {
                refused.Add(new(line.Run, line.Sequence, error.Message));
            }
        }

        return new PushedLines { Lines = [.. kept.Values], Refused = refused, Repeated = repeated };
    }
}
