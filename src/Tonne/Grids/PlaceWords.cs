using System.Text;
using Tonne.Catalogs;

namespace Tonne.Grids;

/// <summary>
/// Compares names of places by their words, so that "Korea, Rep. of", "Republic of Korea" and "Korea (the Republic of)" are one name.
/// </summary>
static class PlaceWords
{
    /// <summary>
    /// The words of a name in alphabetical order: without articles, "and" and "of", with abbreviations written out; empty if there is
    /// none.
    /// </summary>
    public static string ToKey(string name)
    {
        if (name.Length > 128)
            return "";
        var words = new List<string>();
        var word = new StringBuilder();
        foreach (var c in name)
        {
            // "d'Ivoire", "U.S." and "People's" are one word each; "St.Lucia" is two.
            if (c is '\'' or '’' or 'ʻ' or '`'
                || (c == '.' && !(word.Length == 2 && word.ToString().Equals("St", StringComparison.OrdinalIgnoreCase))))
                continue;
            if (char.IsLetterOrDigit(c) || char.GetUnicodeCategory(c) == System.Globalization.UnicodeCategory.NonSpacingMark)
                word.Append(c);
            else
                Take();
        }
        Take();
        words.Sort(StringComparer.Ordinal);
        return string.Join(' ', words);

        void Take()
        {
            var key = NameMatching.ToKey(word.ToString());
            word.Clear();
            key = key switch
            {
                "the" or "and" or "of" => "",
                "st" => "saint",
                "is" or "island" => "islands",
                "rep" => "republic",
                "dem" => "democratic",
                "fed" => "federal",
                _ => key,
            };
            if (key.Length > 0)
                words.Add(key);
        }
    }

    /// <summary>
    /// Whether a text has the form of a subdivision's code, such as <c>US-CA</c> or <c>FI-01</c>: then only codes are compared, because
    /// <c>ES-T</c> is not <c>EST</c>.
    /// </summary>
    public static bool IsSubdivisionCode(string text)
    {
        text = text.Trim();
        return text.Length is >= 4 and <= 6
            && char.IsAsciiLetter(text[0]) && char.IsAsciiLetter(text[1]) && (text[2] is '-' or '_')
            && text.AsSpan(3).IndexOfAnyExcept(LettersAndDigits) < 0;
    }

    /// <summary>A code as it is compared: upper case, with hyphens.</summary>
    public static string ToCode(string text) => text.Trim().Replace('_', '-').ToUpperInvariant();

    static readonly System.Buffers.SearchValues<char> LettersAndDigits =
        System.Buffers.SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789");
}
