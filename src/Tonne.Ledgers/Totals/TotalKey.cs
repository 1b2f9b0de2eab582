namespace Tonne.Ledgers.Totals;

/// <summary>One thing that the runs of a total are grouped by.</summary>
/// <param name="Dimension">The kind.</param>
/// <param name="TagName">For <see cref="TotalDimension.Tag"/>: the tag whose values are the groups; null for every tag. Null for the others.</param>
public sealed record TotalKey(TotalDimension Dimension, string? TagName = null)
{
    /// <summary>The words of the dimensions, in the order of the help.</summary>
    public static IReadOnlyList<string> Words { get; } = [.. Enum.GetNames<TotalDimension>().Select(name => name.ToLowerInvariant()), "tag:NAME"];

    /// <summary>Its word: <c>project</c>, <c>tag:seed</c>.</summary>
    public override string ToString() => TagName is null ? Dimension.ToString().ToLowerInvariant() : "tag:" + TagName;

    /// <summary>Reads a list of words, such as <c>account,user</c>; <c>person</c> is a user.</summary>
    /// <param name="text">Words with commas between.</param>
    /// <exception cref="FormatException">A word is none of <see cref="Words"/>, or is given twice.</exception>
    public static IReadOnlyList<TotalKey> Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var keys = new List<TotalKey>();
        foreach (var word in text.Split(',', StringSplitOptions.TrimEntries))
        {
            var key = word.StartsWith("tag:", StringComparison.OrdinalIgnoreCase) && word.Length > 4 ? new TotalKey(TotalDimension.Tag, word[4..])
                : word.Equals("person", StringComparison.OrdinalIgnoreCase) ? new TotalKey(TotalDimension.User)
                : word.Length > 0 && char.IsAsciiLetter(word[0]) && Enum.TryParse<TotalDimension>(word, ignoreCase: true, out var dimension) ? new TotalKey(dimension)
                : throw new FormatException($"'{word}' is not one of {string.Join(", ", Words)}.");
            if (keys.Contains(key))
                throw new FormatException($"'{word}' is given twice.");
            keys.Add(key);
        }

        return keys;
    }
}
