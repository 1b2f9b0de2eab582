using Tonne.Quantities;

namespace Tonne.Extensions.AI;

/// <summary>Estimates the number of tokens of a text from its length, for answers that do not report them.</summary>
/// <remarks>
/// Four characters make a token of English text (the rule of thumb of the makers of tokenizers); between two (code, languages that
/// vocabularies have few words of) and six. Chinese, Japanese and Korean characters are a token each, between a half and two. Assumed, with
/// these bounds.
/// </remarks>
static class TextLength
{
    const double CharactersPerToken = 4;
    const double LeastCharactersPerToken = 2;
    const double MostCharactersPerToken = 6;
    const double IdeographSpread = 2;
    const char FirstIdeograph = '\u2E80';

    /// <summary>The number of tokens with bounds.</summary>
    /// <param name="text">The text; null for none.</param>
    public static Bounds EstimateTokens(string? text)
    {
        var ideographs = 0d;
        foreach (var character in text ?? "")
        {
            if (character >= FirstIdeograph && !char.IsSurrogate(character))
                ideographs++;
        }

        var others = (text?.Length ?? 0) - ideographs;
        return new Bounds(
            (others / MostCharactersPerToken) + (ideographs / IdeographSpread), (others / CharactersPerToken) + ideographs,
            (others / LeastCharactersPerToken) + (ideographs * IdeographSpread));
    }

    /// <summary>Adds two numbers of tokens whose errors are alike.</summary>
    public static Bounds Add(Bounds left, Bounds right) => new(left.Low + right.Low, left.Best + right.Best, left.High + right.High);
}
