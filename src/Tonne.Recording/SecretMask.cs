using System.Buffers;
using System.Collections.Immutable;
using System.Text;
using System.Text.RegularExpressions;

namespace Tonne.Recording;

/// <summary>Replaces secrets in the arguments of a command by <c>***</c>, so that they are not kept in records.</summary>
/// <remarks>
/// A value is a secret by the whole name of its key (<c>--api-key=…</c>, <c>--token VALUE</c>, <c>DB_PASSWORD=…</c>,
/// <c>Authorization: Bearer …</c>, <c>{"password": "…"}</c>, <c>;Pwd=…</c>), as user information or a parameter of an address,
/// by the program (<c>curl -u user:…</c>, <c>mysql -p…</c>), or by a form that services give their keys (<c>hf_…</c>, <c>sk-…</c>, <c>ghp_…</c>).
/// <c>--tokens 300e9</c> and <c>--pad-token-id 2</c> are not.
/// </remarks>
public static partial class SecretMask
{
    /// <summary>What a secret is replaced by.</summary>
    public const string Replacement = "***";

    static readonly SearchValues<char> _closingMarks = SearchValues.Create("\"'\\)]},;");

    /// <summary>The arguments with their secrets replaced.</summary>
    /// <param name="arguments">The arguments of a command, one each.</param>
    public static ImmutableArray<string> Mask(IEnumerable<string> arguments)
    {
        ArgumentNullException.ThrowIfNull(arguments);
        var masked = ImmutableArray.CreateBuilder<string>();
        var words = new SecretWords();
        var previous = "";
        foreach (var argument in arguments)
        {
            // Behind "sh -c" stands a command; anywhere else a value goes to the end of its argument, also over blanks.
            var isCommand = previous.Length > 1 && previous[0] == '-' && previous[1] != '-' && previous[^1] == 'c';
            masked.Add(words.Take(argument) is { } from ? string.Concat(argument.AsSpan(0, from), Replacement)
                : MaskText(argument, isArgument: !isCommand));
            previous = argument;
        }

        return masked.ToImmutable();
    }

    /// <summary>One argument or any text with its secrets replaced, word by word: it may hold a whole command.</summary>
    /// <param name="text">The text.</param>
    public static string MaskText(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return MaskText(text, isArgument: false);
    }

    static string MaskText(string text, bool isArgument)
    {
        var masked = UserInformation().Replace(text, "$1" + Replacement + "@");
        masked = MaskNamedValues(masked, isArgument);
        masked = MaskWords(masked);
        return KeyOfService().Replace(masked, Replacement);
    }

    /// <summary>Replaces the values of all keys whose names say that they are secrets.</summary>
    static string MaskNamedValues(string text, bool isArgument)
    {
        var masked = new StringBuilder(text.Length);
        var copied = 0;
        for (var match = NamedValue().Match(text); match.Success;
            match = NamedValue().Match(text, Math.Max(copied, match.Index + match.Length)))
        {
            if (FindValue(text, match, isArgument) is not { } value)
                continue;
            var (start, end) = (KeepScheme(text, value.Start, value.End), value.End);
            masked.Append(text, copied, start - copied).Append(Replacement);
            copied = end;
        }

        return copied == 0 ? text : masked.Append(text, copied, text.Length - copied).ToString();
    }

    static (int Start, int End)? FindValue(string text, Match match, bool isArgument)
    {
        var name = match.Groups["name"].ValueSpan;
        var before = match.Index > 0 ? text[match.Index - 1] : '\0';
        var isColon = text[match.Index + match.Length - 1] == ':';
        var isParameter = before is '?' or '&' or '#';
        if (!(isParameter && !isColon ? SecretNames.IsSecretParameter(name) : SecretNames.IsSecret(name)))
            return null;
        var separatorEnd = match.Index + match.Length;
        var start = separatorEnd;
        while (start < text.Length && char.IsWhiteSpace(text[start]))
            start++;
        var hasBlank = start > separatorEnd;
        var isQuotedName = match.Groups["close"].Length > 0;
        // "TOKEN= command" gives an empty value; "==" compares; "://" is an address.
        if (start == text.Length || (!isColon && hasBlank && match.Groups["blank"].Length == 0 && before != ';' && !isQuotedName)
            || (!isColon && text[start] == '=') || (isColon && text.AsSpan(separatorEnd).StartsWith("//")))
            return null;
        if (!isQuotedName && before is '"' or '\'')
            return NonEmpty(start, FindQuote(text, start, before));
        var isHeader = isColon && !isQuotedName;
        var quote = start;
        while (quote < text.Length && text[quote] == '\\')
            quote++;
        if (quote < text.Length && text[quote] is '"' or '\'' && !(isHeader && SecretNames.IsHeader(name)))
            return NonEmpty(quote + 1, FindQuote(text, quote + 1, text[quote], quote - start));
        if (isParameter && !isColon)
            return NonEmpty(start, FindAny(text, start, "&#\"'"));
        if (isArgument && match.Index == 0 && !isQuotedName)
            return (start, text.Length);
        if (isHeader ? match.Index == 0 || hasBlank : isQuotedName && text[start] is '[' or '{')
            return (start, FindLineEnd(text, start));
        if (before == ';' && text.IndexOfAny([';', '"', '\'', '\n'], start) is >= 0 and var semicolon && text[semicolon] == ';')
            return NonEmpty(start, semicolon);
        return NonEmpty(start, FindWordEnd(text, start));
    }

    static (int Start, int End)? NonEmpty(int start, int end) => end > start ? (start, end) : null;

    /// <summary>Replaces the words of a command that are secrets by what stands before them.</summary>
    static string MaskWords(string text)
    {
        var masked = new StringBuilder(text.Length);
        var words = new SecretWords();
        var at = 0;
        while (at < text.Length)
        {
            var start = at;
            while (at < text.Length && char.IsWhiteSpace(text[at]))
                at++;
            masked.Append(text, start, at - start);
            start = at;
            while (at < text.Length && !char.IsWhiteSpace(text[at]))
                at++;
            if (start == at)
                break;
            var word = text[start..at];
            var bare = word.Trim('"', '\'');
            if (words.Take(bare) is not { } from || IsMasked(bare))
            {
                masked.Append(word);
                continue;
            }

            // A quoted value goes to its closing mark, over blanks.
            var lead = word.Length - word.TrimStart('"', '\'').Length;
            var end = at;
            if (lead > 0 && FindQuote(text, start + lead, word[lead - 1]) is var close && close < text.Length)
                end = Math.Max(close, start + lead);
            else
                end -= word[^1] is '"' or '\'' && word.Length > lead ? 1 : 0;
            masked.Append(text, start, Math.Min(lead + from, end - start)).Append(Replacement);
            at = end;
            // What is glued behind the value, such as its closing mark, is no word of its own.
            while (at < text.Length && text[at] is '"' or '\'')
                masked.Append(text[at++]);
        }

        return masked.ToString();
    }

    /// <summary>Whether a word is a secret that was replaced before, with the marks that close what it stands in.</summary>
    static bool IsMasked(string word) =>
        word.StartsWith(Replacement, StringComparison.Ordinal) && word.Length > 3 && !word.AsSpan(3).ContainsAnyExcept(_closingMarks);

    /// <summary>Where the secret starts behind the name of a scheme: <c>Bearer VALUE</c>.</summary>
    static int KeepScheme(string text, int start, int end)
    {
        var at = start;
        while (at < end && !char.IsWhiteSpace(text[at]))
            at++;
        var word = text[start..at];
        while (at < end && char.IsWhiteSpace(text[at]))
            at++;
        return at < end && SecretWords.IsScheme(word) ? at : start;
    }

    /// <summary>Where a word ends, with the next one if it names a scheme, without the quotation mark that ends a command.</summary>
    static int FindWordEnd(string text, int start)
    {
        var end = FindAny(text, start, "");
        if (SecretWords.IsScheme(text[start..end]) && end < text.Length)
        {
            while (end < text.Length && char.IsWhiteSpace(text[end]))
                end++;
            end = FindAny(text, end, "");
        }

        return end > start + 1 && text[end - 1] is '"' or '\'' ? end - 1 : end;
    }

    static int FindAny(string text, int start, string stops)
    {
        var end = start;
        while (end < text.Length && !char.IsWhiteSpace(text[end]) && !stops.Contains(text[end]))
            end++;
        return end;
    }

    static int FindLineEnd(string text, int start) => text.IndexOfAny(['\n', '\r'], start) is >= 0 and var end ? end : text.Length;

    /// <summary>The closing quotation mark, or the end of the text.</summary>
    /// <param name="text">The text.</param>
    /// <param name="start">Where to start.</param>
    /// <param name="quote">The mark.</param>
    /// <param name="escapes">How many backslashes stand before the mark itself, where a quoted text is inside another.</param>
    static int FindQuote(string text, int start, char quote, int escapes = 0)
    {
        var backslashes = 0;
        for (var at = start; at < text.Length; at++)
        {
            if (text[at] == '\\')
            {
                backslashes++;
                continue;
            }

            if (text[at] == quote && (escapes > 0 ? backslashes <= escapes : backslashes % 2 == 0))
            {
                // A shell writes an apostrophe inside apostrophes as '\'' or '"'"'.
                var rest = text.AsSpan(at);
                if (quote == '\'' && (rest.StartsWith("'\\''") || rest.StartsWith("'\"'\"'")))
                {
                    at += rest[1] == '\\' ? 3 : 4;
                    backslashes = 0;
                    continue;
                }

                return at - Math.Min(backslashes, escapes);
            }

            backslashes = 0;
        }

        return text.Length;
    }

    // Each search starts where no name goes before, so that the time grows with the length of the text only.
    [GeneratedRegex("(?<![A-Za-z0-9_.-])(?<name>(?>[A-Za-z0-9_.-]+))(?<close>(?>\\\\{0,8})[\"'])?(?<blank>(?>[ \\t]{0,8}))[=:]",
        RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex NamedValue();

    [GeneratedRegex("(?<![A-Za-z0-9+.-])((?>[A-Za-z0-9+.-]+)://)[^/?#\\s]+@", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex UserInformation();

    [GeneratedRegex("\\b(hf_[A-Za-z0-9]{20,}|sk-[A-Za-z0-9_-]{20,}|gh[pousr]_[A-Za-z0-9]{30,}|github_pat_[A-Za-z0-9_]{30,}|glpat-[A-Za-z0-9_-]{20,}|xox[abprs]-[A-Za-z0-9-]{10,}|AIza[A-Za-z0-9_-]{30,}|(?<![A-Za-z0-9_-])eyJ[A-Za-z0-9_-]{10,}\\.[A-Za-z0-9_-]{10,}\\.[A-Za-z0-9_-]+)", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex KeyOfService();
}
