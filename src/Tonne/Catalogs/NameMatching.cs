namespace Tonne.Catalogs;

/// <summary>Compares names without regard to case, accents, spaces and punctuation.</summary>
public static class NameMatching
{
    const string Accented = "àáâãäåāçćčèéêëēìíîïñńòóôõöøōùúûüūýÿšžğłıăąĉċďĕėęěĝġģĥĩīĭįĵķĺļľņňŏőŕŗřśŝşţťũŭůűųŵŷźżơưǎǐǒǔǧ" +
        "șțạảấầẩẫậắằẳẵặẹẻẽếềểễệỉịọỏốồổỗộớờởỡợụủứừửữựỳỵỷỹđħð";
    const string Plain = "aaaaaaaccceeeeeiiiinnooooooouuuuuyyszgliaaccdeeeeggghiiiijklllnnoorrrsssttuuuuuwyzzouaioug" +
        "staaaaaaaaaaaaeeeeeeeeiioooooooooooouuuuuuuyyyydhd";

    /// <summary>The letters and digits of a name, lower case, without accents.</summary>
    public static string ToKey(ReadOnlySpan<char> name)
    {
        Span<char> key = name.Length <= 128 ? stackalloc char[128] : new char[name.Length];
        var length = 0;
        foreach (var c in name)
        {
            var lower = char.ToLowerInvariant(c);
            var accent = lower < 128 ? -1 : Accented.IndexOf(lower);
            if (accent >= 0)
                lower = Plain[accent];
            if (char.IsLetterOrDigit(lower))
                key[length++] = lower;
        }
        return key[..length].ToString();
    }

    /// <summary>Lower-case words joined by hyphens, for factor ids: <c>Zen 5 (Turin)</c> → <c>zen-5-turin</c>.</summary>
    public static string ToSlug(string name)
    {
        Span<char> slug = stackalloc char[Math.Min(name.Length, 256)];
        var length = 0;
        foreach (var c in name.AsSpan(0, slug.Length))
        {
            if (char.IsAsciiLetterOrDigit(c))
                slug[length++] = char.ToLowerInvariant(c);
            else if (length > 0 && slug[length - 1] != '-')
                slug[length++] = '-';
        }
        if (length > 0 && slug[length - 1] == '-')
            length--;
        return slug[..length].ToString();
    }

    /// <summary>Finds the names whose keys are most similar to the given text, best first; empty if none is similar.</summary>
    /// <param name="written">What the user wrote.</param>
    /// <param name="candidates">Key (see <see cref="ToKey"/>) and the name to suggest for it; a name may come several times.</param>
    /// <param name="count">At most so many.</param>
    public static IReadOnlyList<string> FindNearest(string written, IEnumerable<(string Key, string Name)> candidates, int count = 5)
    {
        var key = ToKey(written);
        if (key.Length == 0)
            return [];
        if (key.Length > 64)
            key = key[..64];
        var best = new Dictionary<string, double>(StringComparer.Ordinal);
        foreach (var (candidate, name) in candidates)
        {
            var limit = Math.Max(1, Math.Max(key.Length, candidate.Length) / 2.5);
            // The difference in length is a lower bound of the distance.
            double distance = Math.Abs(key.Length - candidate.Length) <= limit ? ComputeDistance(key, candidate) : double.PositiveInfinity;
            if (key.Length >= 2 && candidate.StartsWith(key, StringComparison.Ordinal))
                distance = Math.Min(distance, 0.5);
            else if (key.Length >= 3 && (candidate.Contains(key, StringComparison.Ordinal) || (candidate.Length >= 3 && key.Contains(candidate, StringComparison.Ordinal))))
                distance = Math.Min(distance, 1.5);
            if (distance <= limit && (!best.TryGetValue(name, out var known) || distance < known))
                best[name] = distance;
        }
        return [.. best.OrderBy(pair => pair.Value).ThenBy(pair => pair.Key, StringComparer.Ordinal).Take(count).Select(pair => pair.Key)];
    }

    /// <summary>Edit distance with neighbouring letters exchanged counted as one step (optimal string alignment).</summary>
    public static int ComputeDistance(string a, string b)
    {
        var previous = new int[b.Length + 1];
        var current = new int[b.Length + 1];
        var beforePrevious = new int[b.Length + 1];
        for (var j = 0; j <= b.Length; j++)
            previous[j] = j;
        for (var i = 1; i <= a.Length; i++)
        {
            current[0] = i;
            for (var j = 1; j <= b.Length; j++)
            {
                var cost = a[i - 1] == b[j - 1] ? 0 : 1;
                current[j] = Math.Min(Math.Min(previous[j] + 1, current[j - 1] + 1), previous[j - 1] + cost);
                if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                    current[j] = Math.Min(current[j], beforePrevious[j - 2] + 1);
            }
            (beforePrevious, previous, current) = (previous, current, beforePrevious);
        }
        return previous[b.Length];
    }
}
