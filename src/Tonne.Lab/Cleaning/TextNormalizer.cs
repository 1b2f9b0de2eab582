using Tonne.Lab.Collecting;

namespace Tonne.Lab.Cleaning;

/// <summary>
/// Reduces a text to what distinguishes it: lower case, digits and placeholders as 0, punctuation and blanks as one blank.
/// </summary>
static class TextNormalizer
{
    /// <summary>Writes the normal form.</summary>
    /// <param name="text">The text.</param>
    /// <param name="destination">Receives the result; at least as long as the text.</param>
    /// <returns>Characters written.</returns>
    public static int Normalize(ReadOnlySpan<char> text, Span<char> destination)
    {
        var length = 0;
        for (var i = 0; i < text.Length; i++)
        {
            var c = text[i];
            if (c == '{' && TextAnalyzer.MeasurePlaceholder(text[i..]) is > 0 and var placeholder)
            {
                i += placeholder - 1;
                c = '0';
            }
            else if (char.IsDigit(c))
                c = '0';
            else if (char.IsLetter(c) || char.IsSurrogate(c) || char.GetUnicodeCategory(c) is System.Globalization.UnicodeCategory.NonSpacingMark or System.Globalization.UnicodeCategory.SpacingCombiningMark)
                c = char.ToLowerInvariant(c);
            else
                c = ' ';
            if (c is ' ' or '0' && (length == 0 ? c == ' ' : destination[length - 1] == c))
                continue;
            destination[length++] = c;
        }
        return length > 0 && destination[length - 1] == ' ' ? length - 1 : length;
    }
}
