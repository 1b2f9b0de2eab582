using System.Buffers;
using System.Collections.Frozen;

namespace Tonne.Recording;

/// <summary>Follows the words of a command and says which hold a secret: by the option before them, and by the program.</summary>
sealed class SecretWords
{
    // Options of programs whose value is a password, as own word or in the same: sshpass -p X, redis-cli -aX.
    static readonly FrozenDictionary<string, string> _passwordOptions = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["sshpass"] = "-p",
        ["redis-cli"] = "-a",
        ["ldapsearch"] = "-w",
        ["ldapmodify"] = "-w",
        ["ldapadd"] = "-w",
        ["zip"] = "-P",
        ["unzip"] = "-P",
        ["sqlcmd"] = "-P",
        ["bcp"] = "-P",
    }.ToFrozenDictionary(StringComparer.Ordinal);

    // Programs that take a password only in the word of the option: -pX. As own word it is something else.
    static readonly FrozenSet<string> _gluedPassword = FrozenSet.Create(
        StringComparer.Ordinal, "mysql", "mysqldump", "mysqladmin", "mysqlimport", "mysqlshow",
        "mariadb", "mariadb-dump", "mariadb-admin", "mariadb-import", "7z", "7za", "7zz");

    // Programs with a command "login"; -p is a password behind it only.
    static readonly FrozenSet<string> _loginPrograms = FrozenSet.Create(
        StringComparer.Ordinal, "docker", "podman", "buildah", "skopeo", "helm", "oras", "az", "wandb");

    static readonly FrozenSet<string> _schemes = FrozenSet.Create(
        StringComparer.OrdinalIgnoreCase, "bearer", "basic", "digest", "token", "negotiate", "ntlm", "apikey", "api-key", "key",
        "aws4-hmac-sha256");

    // Short options of curl that take no value, and those for user and password.
    static readonly SearchValues<char> _curlFlags = SearchValues.Create("#01246BGIJLMNORSUVZafgijklnpqsuv");

    string _program = "";
    bool _isLogin;
    string _previous = "";
    Next _next;

    /// <summary>What the next word is.</summary>
    enum Next
    {
        Word,
        Secret,
        HeaderValue,
        UserAndPassword,
    }

    /// <summary>Whether a word names how a header's secret is given: <c>Bearer</c>, <c>Basic</c>.</summary>
    internal static bool IsScheme(string word) => _schemes.Contains(word);

    /// <summary>Takes the next word, without its quotation marks.</summary>
    /// <param name="word">The word.</param>
    /// <returns>From which character on the word is a secret; null if it is none.</returns>
    internal int? Take(string word)
    {
        var was = _next;
        _next = Next.Word;
        var secretFrom = FindSecret(word, was);
        _previous = word;
        return secretFrom;
    }

    int? FindSecret(string word, Next was)
    {
        if (was != Next.Word && !IsOption(word))
        {
            if (was == Next.UserAndPassword)
                return AfterColon(word, 0);
            if (was != Next.HeaderValue || !IsScheme(word))
                return 0;
            _next = Next.Secret;
            return null;
        }

        if (IsOption(word))
            return FindInOption(word);
        TakeProgram(word);
        if (word.Equals("bearer", StringComparison.OrdinalIgnoreCase)
            || (_previous is "set" or "setx" or "setenv" && IsName(word) && SecretNames.IsSecret(word)))
            _next = Next.Secret;
        else if (word.EndsWith(':') && IsName(word.AsSpan(0, word.Length - 1)) && SecretNames.IsSecret(word.AsSpan(0, word.Length - 1)))
            _next = Next.HeaderValue;
        else if (_program == "wandb" && _isLogin && word.Length >= 20 && IsName(word))
            return 0;
        return null;
    }

    int? FindInOption(string word)
    {
        var isLong = word.StartsWith("--", StringComparison.Ordinal);
        var equals = word.IndexOf('=');
        if (equals < 0 && SecretNames.IsSecret(word))
            _next = Next.Secret;
        else if (word == "--proxy-user" || (_program == "curl" && (word is "--user" || (!isLong && IsFlagsWithUser(word)))))
            _next = Next.UserAndPassword;
        else if (word.StartsWith("--proxy-user=", StringComparison.Ordinal)
            || (_program == "curl" && word.StartsWith("--user=", StringComparison.Ordinal)))
            return AfterColon(word, equals);
        else if (_program == "curl" && word[1] is 'u' or 'U')
            return AfterColon(word, 2);
        else if (_gluedPassword.Contains(_program) && word.StartsWith("-p", StringComparison.Ordinal) && word.Length > 2)
            return 2;
        else if ((_passwordOptions.GetValueOrDefault(_program) ?? (_isLogin ? "-p" : null)) is { } option
            && word.StartsWith(option, StringComparison.Ordinal))
            return TakePasswordOption(word, option);
        return null;
    }

    int? TakePasswordOption(string word, string option)
    {
        // What follows is the command of sshpass, with options of its own.
        if (_program == "sshpass")
            _program = "";
        if (word.Length > option.Length)
            return option.Length;
        _next = Next.Secret;
        return null;
    }

    void TakeProgram(string word)
    {
        if (word is ";" or "|" or "||" or "&&" or "&" || word.EndsWith(';'))
        {
            (_program, _isLogin) = ("", false);
            return;
        }

        if (word == "login" && _loginPrograms.Contains(_program))
        {
            _isLogin = true;
            return;
        }

        var name = word[(word.LastIndexOfAny(['/', '\\', ';', '|', '(', '`', '"', '\'']) + 1)..];
        name = name.EndsWith(".exe", StringComparison.OrdinalIgnoreCase) ? name[..^4] : name;
        if (name == "curl" || _passwordOptions.ContainsKey(name) || _gluedPassword.Contains(name) || _loginPrograms.Contains(name))
            (_program, _isLogin) = (name, false);
        else if (_program == "sshpass")
            _program = "";
    }

    /// <summary>Whether short flags end in the one whose value is user and password: <c>-u</c>, <c>-sSu</c>.</summary>
    static bool IsFlagsWithUser(string word) => word[^1] is 'u' or 'U' && !word.AsSpan(1).ContainsAnyExcept(_curlFlags);

    static int? AfterColon(string word, int from) =>
        word.IndexOf(':', from) is >= 0 and var colon && colon + 1 < word.Length ? colon + 1 : null;

    static bool IsName(ReadOnlySpan<char> word)
    {
        foreach (var c in word)
        {
            if (!char.IsAsciiLetterOrDigit(c) && c is not ('-' or '_' or '.'))
                return false;
        }

        return word.Length > 0;
    }

    static bool IsOption(string word) => word.Length > 1 && word[0] == '-' && !char.IsAsciiDigit(word[1]);
}
