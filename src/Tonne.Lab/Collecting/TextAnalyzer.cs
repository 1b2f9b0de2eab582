using System.Numerics;

namespace Tonne.Lab.Collecting;

/// <summary>Analyses the writing of a text: its scripts, words and placeholders.</summary>
static class TextAnalyzer
{
    /// <summary>The script of most letters. Japanese mixes two scripts, so any kana decides against Han.</summary>
    public static Script FindDominantScript(ReadOnlySpan<char> text)
    {
        Span<int> counts = stackalloc int[9];
        counts.Clear();
        foreach (var c in text)
        {
            if (GetScript(c) is var script and not Script.None)
                counts[BitOperations.TrailingZeroCount((uint)script)]++;
        }
        if (counts[4] > 0)
            (counts[4], counts[3]) = (counts[4] + counts[3], 0);
        var best = 0;
        for (var i = 1; i < counts.Length; i++)
        {
            if (counts[i] > counts[best])
                best = i;
        }
        return counts[best] == 0 ? Script.None : (Script)(1 << best);
    }

    /// <summary>All scripts of letters outside placeholders.</summary>
    public static Script FindScripts(ReadOnlySpan<char> text)
    {
        var scripts = Script.None;
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] == '{' && MeasurePlaceholder(text[i..]) is > 0 and var length)
                i += length - 1;
            else
                scripts |= GetScript(text[i]);
        }
        return scripts;
    }

    /// <summary>Scripts of a language by its tag, for example <c>pt-BR</c>; null if the tag is unknown.</summary>
    /// <remarks>Source: Unicode CLDR, languageData, the scripts in modern use.</remarks>
    public static Script? GetScriptsOfLanguage(string tag)
    {
        var dash = tag.IndexOf('-', StringComparison.Ordinal);
        return (dash < 0 ? tag : tag[..dash]) switch
        {
            "cs" or "de" or "es" or "fr" or "it" or "pl" or "pt" or "tr" or "en" or "nl" or "sv" or "da" or "fi" or "nb" or "hu" => Script.Latin,
            "ru" or "uk" or "bg" => Script.Cyrillic,
            "el" => Script.Greek,
            "ja" => Script.Han | Script.Kana,
            "ko" => Script.Hangul,
            "zh" => Script.Han,
            "ar" => Script.Arabic,
            "he" => Script.Hebrew,
            _ => null,
        };
    }

    /// <summary>
    /// The script of a letter; none for other characters. Code points above U+FFFF are Han (U+20000 and up) or count as other.
    /// </summary>
    public static Script GetScript(char c) => c switch
    {
        < 'A' => Script.None,
        <= 'Z' or (>= 'a' and <= 'z') => Script.Latin,
        < '\u00AA' => Script.None,
        '\u00D7' or '\u00F7' => Script.None,
        (>= '\u00C0' and <= '\u024F') or '\u00AA' or '\u00BA' or (>= '\u1E00' and <= '\u1EFF') => Script.Latin,
        >= '\u0370' and <= '\u03FF' => Script.Greek,
        >= '\u0400' and <= '\u052F' => Script.Cyrillic,
        >= '\u0590' and <= '\u05FF' => Script.Hebrew,
        >= '\u0600' and <= '\u06FF' => Script.Arabic,
        (>= '\u3041' and <= '\u3096') or (>= '\u30A1' and <= '\u30FA') or '\u30FC' or (>= '\u31F0' and <= '\u31FF') or (>= '\uFF66' and <= '\uFF9D') => Script.Kana,
        (>= '\u3400' and <= '\u4DBF') or (>= '\u4E00' and <= '\u9FFF') or (>= '\uF900' and <= '\uFAFF') or '\u3005' => Script.Han,
        (>= '\uD840' and <= '\uD888') => Script.Han,
        (>= '\uAC00' and <= '\uD7A3') or (>= '\u1100' and <= '\u11FF') or (>= '\u3131' and <= '\u318E') => Script.Hangul,
        (>= '\uFF21' and <= '\uFF3A') or (>= '\uFF41' and <= '\uFF5A') => Script.Latin,
        _ => char.IsLetter(c) ? Script.Other : Script.None,
    };

    /// <summary>Sequences of characters between blanks.</summary>
    public static int CountWords(ReadOnlySpan<char> text)
    {
        var words = 0;
        var inside = false;
        foreach (var c in text)
        {
            var blank = char.IsWhiteSpace(c);
            if (!blank && !inside)
                words++;
            inside = !blank;
        }
        return words;
    }

    /// <summary>Placeholders such as <c>{0}</c>, <c>{1:N0}</c>, <c>{name}</c>.</summary>
    public static int CountPlaceholders(ReadOnlySpan<char> text)
    {
        var count = 0;
        while (text.IndexOf('{') is >= 0 and var at)
        {
            var length = MeasurePlaceholder(text[at..]);
            if (length > 0)
                count++;
            text = text[(at + Math.Max(length, 1))..];
        }
        return count;
    }

    /// <summary>Length of the placeholder at the beginning of a text; 0 if there is none.</summary>
    public static int MeasurePlaceholder(ReadOnlySpan<char> text)
    {
        if (text.Length < 3 || text[0] != '{' || !char.IsAsciiLetterOrDigit(text[1]))
            return 0;
        for (var i = 2; i < Math.Min(text.Length, 64); i++)
        {
            if (text[i] == '}')
                return i + 1;
            if (text[i] is '{' or '\n' || text[i] == ' ')
                return 0;
        }
        return 0;
    }

    /// <summary>Whether a text is empty without its placeholders, digits, marks and blanks.</summary>
    public static bool IsPlaceholdersOnly(ReadOnlySpan<char> text)
    {
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] == '{' && MeasurePlaceholder(text[i..]) is > 0 and var length)
                i += length - 1;
            else if (char.IsLetter(text[i]) || char.IsSurrogate(text[i]))
                return false;
        }
        return true;
    }
}
