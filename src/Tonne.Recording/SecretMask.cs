using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Text;
using System.Text.RegularExpressions;

namespace Tonne.Recording;

/// <summary>Replaces secrets in the arguments of a command by <c>***</c>, so that they are not kept in records.</summary>
/// <remarks>
/// A value is a secret by the whole name of its key (<c>--api-key=…</c>, <c>--token VALUE</c>, <c>DB_PASSWORD=…</c>,
/// <c>Authorization: Bearer …</c>), as user information or a query parameter of an address, or by a form that services give their keys
/// (<c>hf_…</c>, <c>sk-…</c>, <c>ghp_…</c>). <c>--tokens 300e9</c> and <c>--pad-token-id 2</c> are not.
/// </remarks>
public static partial class SecretMask
{
    /// <summary>What a secret is replaced by.</summary>
    public const string Replacement = "***";

    // Names that are secrets with any prefix: x-api-key, db-password.
    static readonly string[] _suffixes =
    [
        "password", "passwd", "passphrase", "secret", "api-key", "apikey", "access-key", "secret-key", "private-key", "account-key", "license-key",
        "credential", "credentials", "authorization", "api-token", "access-token", "auth-token", "refresh-token", "session-token", "security-token",
        "bearer-token", "hf-token", "hub-token", "github-token", "gitlab-token", "gh-token", "wandb-token", "bot-token", "id-token", "jwt",
    ];

    static readonly FrozenSet<string> _names = FrozenSet.Create(
        StringComparer.Ordinal,
        [.. _suffixes, "token", "auth", "pass", "pwd", "bearer", "cookie", "set-cookie", "sig", "signature", "x-amz-signature", "sas"]);

    /// <summary>The arguments with their secrets replaced.</summary>
    /// <param name="arguments">The arguments of a command, one each.</param>
    public static ImmutableArray<string> Mask(IEnumerable<string> arguments)
    {
        ArgumentNullException.ThrowIfNull(arguments);
        var masked = ImmutableArray.CreateBuilder<string>();
        var isNextSecret = false;
        foreach (var argument in arguments)
        {
            if (isNextSecret && !IsOption(argument))
            {
                masked.Add(Replacement);
                isNextSecret = false;
                continue;
            }

            masked.Add(MaskText(argument));
            isNextSecret = IsOption(argument) && !argument.Contains('=', StringComparison.Ordinal) && IsSecretName(argument);
        }

        return masked.ToImmutable();
    }

    /// <summary>One argument or any text with its secrets replaced, word by word: it may hold a whole command.</summary>
    /// <param name="text">The text.</param>
    public static string MaskText(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var masked = new StringBuilder(text.Length);
        var follows = Follows.Nothing;
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
            if (start < at)
                follows = AppendWord(masked, text[start..at], follows);
        }

        return masked.ToString();
    }

    static Follows AppendWord(StringBuilder masked, string word, Follows follows)
    {
        var bare = word.Trim('"', '\'');
        if (follows == Follows.Secret && !IsOption(bare))
        {
            // "Bearer VALUE" is a scheme and the secret.
            var isScheme = bare.Equals("bearer", StringComparison.OrdinalIgnoreCase) || bare.Equals("basic", StringComparison.OrdinalIgnoreCase);
            masked.Append(isScheme ? word : KeepQuote(word));
            return isScheme ? Follows.Secret : Follows.Nothing;
        }

        masked.Append(MaskWord(word));
        var key = bare.TrimEnd(':');
        var isKey = bare.EndsWith(':') || (IsOption(bare) && !bare.Contains('=', StringComparison.Ordinal));
        return (isKey && IsSecretName(key)) || bare.Equals("bearer", StringComparison.OrdinalIgnoreCase) ? Follows.Secret : Follows.Nothing;
    }

    /// <summary>The replacement, with the quotation mark that ends a word in a command.</summary>
    static string KeepQuote(string word) => word[^1] is '"' or '\'' ? Replacement + word[^1] : Replacement;

    static string MaskWord(string word)
    {
        var equals = word.AsSpan().IndexOfAny('=', ':');
        if (equals > 0 && equals < word.Length - 1 && !word.AsSpan(equals).StartsWith("://") && IsSecretName(word.AsSpan(0, equals).Trim("\"'{").ToString()))
            return string.Concat(word.AsSpan(0, equals + 1), KeepQuote(word));
        var masked = UserInformation().Replace(word, "$1" + Replacement + "@");
        masked = QueryParameter().Replace(masked, match => IsSecretName(match.Groups["name"].Value) ? match.Groups["name"].Value + "=" + Replacement : match.Value);
        return KeyOfService().Replace(masked, Replacement);
    }

    static bool IsOption(string argument) => argument.Length > 1 && argument[0] == '-' && !char.IsAsciiDigit(argument[1]);

    /// <summary>Whether the whole name of a key says that its value is a secret.</summary>
    static bool IsSecretName(string key)
    {
        // Of trainer.logger.api_key the last part is the name.
        var name = key[(key.LastIndexOf('.') + 1)..].TrimStart('-', '+', '/').Replace('_', '-').ToLowerInvariant();
        return _names.Contains(name) || _suffixes.Any(suffix => name.EndsWith("-" + suffix, StringComparison.Ordinal));
    }

    [GeneratedRegex("([A-Za-z][A-Za-z0-9+.-]*://)[^/?#@\\s]+@", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex UserInformation();

    [GeneratedRegex("(?<=[?&])(?<name>[A-Za-z0-9_.-]+)=[^&#\\s\"']+", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex QueryParameter();

    [GeneratedRegex("\\b(hf_[A-Za-z0-9]{20,}|sk-[A-Za-z0-9_-]{20,}|gh[pousr]_[A-Za-z0-9]{30,}|github_pat_[A-Za-z0-9_]{30,}|glpat-[A-Za-z0-9_-]{20,}|xox[abprs]-[A-Za-z0-9-]{10,}|AIza[A-Za-z0-9_-]{30,}|eyJ[A-Za-z0-9_-]{10,}\\.[A-Za-z0-9_-]{10,}\\.[A-Za-z0-9_-]+)", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex KeyOfService();

    /// <summary>What the next word of a text is.</summary>
    enum Follows
    {
        Nothing,
        Secret,
    }
}
