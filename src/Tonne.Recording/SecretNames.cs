using System.Collections.Frozen;
using System.Text;

namespace Tonne.Recording;

/// <summary>Names of options, variables, headers and parameters whose values are secrets.</summary>
static class SecretNames
{
    // Names that are secrets alone and with any prefix before a dash, dot, underscore or capital: x-api-key, db_password, clientSecret.
    static readonly string[] _suffixes =
    [
        "password", "passwd", "passphrase", "pwd", "secret", "api-key", "access-key", "secret-key", "private-key", "account-key",
        "license-key",
        "signing-key", "encryption-key", "decryption-key", "master-key", "shared-key", "storage-key", "subscription-key", "service-key",
        "auth-key", "hmac-key", "wandb-key", "openai-key", "anthropic-key", "credential", "credentials", "authorization", "jwt",
        "api-token", "access-token", "auth-token", "refresh-token", "session-token", "security-token", "bearer-token", "id-token",
        "bot-token",
        "hf-token", "hub-token", "huggingface-token", "github-token", "gitlab-token", "gh-token", "wandb-token", "npm-token", "pypi-token",
        "vault-token", "oauth-token", "client-token", "service-token", "registry-token", "job-token", "db-pass", "user-pass", "admin-pass",
    ];

    // Names that are secrets with any prefix, also without a separator: PGPASSWORD, clientsecret.
    static readonly string[] _gluedSuffixes =
    [
        "password", "passwd", "passphrase", "apikey", "secretkey", "accesskey", "privatekey", "accesstoken", "authtoken", "clientsecret",
        "authorization",
    ];

    static readonly FrozenSet<string> _names = FrozenSet.Create(
        StringComparer.Ordinal,
        [
            .. _suffixes, "token", "auth", "pass", "sshpass", "rediscli-auth", "bearer", "cookie", "set-cookie", "sig", "signature", "x-amz-signature", "sas",
        ]);

    // Parameters of an address that hold what signs a user in; as options they mean other things.
    static readonly FrozenSet<string> _parameters = FrozenSet.Create(
        StringComparer.Ordinal, "code", "key", "ticket", "session", "sid", "client-assertion", "assertion");

    // Variables ending in _TOKEN hold a secret, except those that name a word of a vocabulary.
    static readonly FrozenSet<string> _vocabulary = FrozenSet.Create(
        StringComparer.Ordinal,
        "PAD", "EOS", "BOS", "UNK", "SEP", "CLS", "MASK", "STOP", "START", "END", "EOT", "SPECIAL", "IMAGE",
        "PLACEHOLDER", "TRIGGER", "PER", "NEW");

    /// <summary>Whether the whole name of a key says that its value is a secret.</summary>
    internal static bool IsSecret(ReadOnlySpan<char> key)
    {
        // -Dname=VALUE defines a property, -Hname: VALUE is a header.
        var text = (key.Length > 2 && key[0] == '-' && key[1] is 'D' or 'H' ? key[2..] : key).ToString();
        var name = Normalize(text);
        // Of trainer.logger.api_key the last part is the name; of spark.secret.key the last two are.
        var last = Normalize(text[(text.LastIndexOf('.') + 1)..]);
        if (_names.Contains(last) || _names.Contains(name))
            return true;
        foreach (var suffix in _suffixes)
        {
            if (name.EndsWith("-" + suffix, StringComparison.Ordinal))
                return true;
        }

        foreach (var suffix in _gluedSuffixes)
        {
            if (name.EndsWith(suffix, StringComparison.Ordinal))
                return true;
        }

        return IsTokenVariable(text);
    }

    /// <summary>Whether a parameter in the query or the fragment of an address is a secret.</summary>
    internal static bool IsSecretParameter(ReadOnlySpan<char> name) => IsSecret(name) || _parameters.Contains(Normalize(name.ToString()));

    /// <summary>Whether all of the header is a secret, with all its parts.</summary>
    internal static bool IsHeader(ReadOnlySpan<char> name) =>
        name.EndsWith("authorization", StringComparison.OrdinalIgnoreCase) || name.EndsWith("cookie", StringComparison.OrdinalIgnoreCase);

    static bool IsTokenVariable(string name) =>
        name.EndsWith("_TOKEN", StringComparison.Ordinal) && !name.Any(char.IsAsciiLetterLower)
        && !_vocabulary.Contains(name[..^6].Split('_')[^1]);

    /// <summary>Lower case, parts joined by dashes: <c>sharedAccess_Key</c> becomes <c>shared-access-key</c>.</summary>
    static string Normalize(string name)
    {
        var normal = new StringBuilder(name.Length + 4);
        for (var i = 0; i < name.Length; i++)
        {
            if (i > 0 && char.IsAsciiLetterUpper(name[i]) && char.IsAsciiLetterLower(name[i - 1]))
                normal.Append('-');
            normal.Append(name[i] is '_' or '.' ? '-' : char.ToLowerInvariant(name[i]));
        }

        return normal.ToString().Trim('-', '+', '/');
    }
}
