namespace Tonne.Ledgers.Listing;

/// <summary>How lists compare texts: upper and lower case are equal, by the rules of Unicode that depend on no language, and the order is
/// that of code points.</summary>
public static class RunListText
{
    /// <summary>Stands between the parts of <see cref="Join"/>; no folded text has it.</summary>
    public const char Separator = '\u0001';

    const int KeyLength = 100;

    /// <summary>What a list is sorted by: the first 100 characters of a folded text, or 99 where the last would be half of one.</summary>
    /// <param name="text">The text.</param>
    public static string ToKey(string text)
    {
        var folded = Fold(text);
        return folded.Length <= KeyLength ? folded : folded[..(char.IsHighSurrogate(folded[KeyLength - 1]) ? KeyLength - 1 : KeyLength)];
    }

    /// <summary>A text as lists compare it. Characters 0 and 1, which a database or <see cref="Join"/> cannot hold, become U+FFFD.</summary>
    /// <param name="text">The text.</param>
    public static string Fold(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return text.Replace('\0', '\uFFFD').Replace(Separator, '\uFFFD').ToUpperInvariant();
    }

    /// <summary>All texts of a run in which words are searched, folded: a word is in the result if one of them has it.</summary>
    /// <param name="run">The run.</param>
    public static string Join(RunSummary run)
    {
        ArgumentNullException.ThrowIfNull(run);
        var texts = new[] { run.Name, run.Id, run.Project, run.User, run.Node }.OfType<string>()
            .Concat(run.Tags.SelectMany(static tag => new[] { tag.Key, tag.Value }));
        return string.Join(Separator, texts.Select(Fold));
    }

    /// <summary>Compares texts by their code points, as UTF-8 bytes are compared.</summary>
    /// <param name="a">A text.</param>
    /// <param name="b">Another one.</param>
    /// <returns>Below 0 if <paramref name="a"/> comes first, 0 if they are equal.</returns>
    public static int Compare(string a, string b)
    {
        ArgumentNullException.ThrowIfNull(a);
        ArgumentNullException.ThrowIfNull(b);
        var same = a.AsSpan().CommonPrefixLength(b);
        return same == a.Length || same == b.Length ? a.Length.CompareTo(b.Length) : Rank(a[same]).CompareTo(Rank(b[same]));

        // Halves of code points above U+FFFF come after U+FFFF.
        static int Rank(char part) => part >= 0xE000 ? part - 0x800 : part >= 0xD800 ? part + 0x2000 : part;
    }
}
