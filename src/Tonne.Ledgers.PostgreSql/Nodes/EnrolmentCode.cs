using System.Security.Cryptography;

namespace Tonne.Ledgers.PostgreSql.Nodes;

/// <summary>Codes that a person types: <c>XXXXX-XXXXX-XXXXX-XXXXX-XXXXX</c>, 25 characters of 5 random bits each.</summary>
/// <remarks>Crockford's Base32: no I, L, O and U. An I or L that was typed counts as 1, an O as 0.</remarks>
static class EnrolmentCode
{
    const string Alphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
    const int Groups = 5;
    const int GroupLength = 5;

    /// <summary>Makes a code.</summary>
    public static string Create() => Format(RandomNumberGenerator.GetString(Alphabet, Groups * GroupLength));

    /// <summary>A code as <see cref="Create"/> writes it, whatever case and separators it was typed with; null if it cannot be
    /// one.</summary>
    /// <param name="typed">What was typed.</param>
    public static string? Normalize(string? typed)
    {
        if (typed is null || typed.Length > 100)
            return null;
        var letters = new System.Text.StringBuilder(Groups * GroupLength);
        foreach (var c in typed)
        {
            if (c is '-' or ' ')
                continue;
            var letter = char.ToUpperInvariant(c) switch
            {
                'I' or 'L' => '1',
                'O' => '0',
                var other => other,
            };
            if (!Alphabet.Contains(letter, StringComparison.Ordinal))
                return null;
            letters.Append(letter);
        }

        return letters.Length == Groups * GroupLength ? Format(letters.ToString()) : null;
    }

    static string Format(string letters) => string
        .Join('-', Enumerable.Range(0, Groups).Select(group => letters.Substring(group * GroupLength, GroupLength)));
}
