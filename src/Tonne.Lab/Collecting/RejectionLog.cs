namespace Tonne.Lab.Collecting;

/// <summary>
/// Records what one reading of a source could not use: every bad row is counted by reason, and the first of each reason are kept with file
/// and line.
/// </summary>
/// <remarks>Rows read + rows rejected = the rows of the source. Not thread safe.</remarks>
public sealed class RejectionLog
{
    readonly long[] _counts = new long[Enum.GetValues<RejectionReason>().Length];
    readonly List<Rejection> _examples = [];
    readonly List<string> _notes = [];

    /// <summary>Rejections stored for each reason; later ones are only counted.</summary>
    public const int ExamplesPerReason = 100;

    /// <summary>Rows rejected.</summary>
    public long Total => _counts.Sum();

    /// <summary>The first <see cref="ExamplesPerReason"/> of each reason, in the order in which they occurred.</summary>
    public IReadOnlyList<Rejection> Examples => _examples;

    /// <summary>Further notes about the source, for example that a file grew.</summary>
    public IReadOnlyList<string> Notes => _notes;

    /// <summary>Rows rejected for a reason.</summary>
    /// <param name="reason">The reason.</param>
    public long GetCount(RejectionReason reason) => _counts[(int)reason];

    /// <summary>Counts by reason, without reasons that did not occur.</summary>
    public IReadOnlyDictionary<RejectionReason, long> Counts =>
        Enum.GetValues<RejectionReason>().Where(reason => GetCount(reason) > 0).ToDictionary(reason => reason, GetCount);

    internal void Add(RejectionReason reason, string file, long line, string detail = "")
    {
        if (_counts[(int)reason]++ < ExamplesPerReason)
            _examples.Add(new(reason, file, line, detail));
    }

    internal void AddNote(string note) => _notes.Add(note);
}
