using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using Tonne.Catalogs;
using Tonne.Recording;

namespace Tonne.Instruments.HttpPolling;

/// <summary>
/// The address of a meter that is asked over HTTP, as the configuration names it: <c>shelly://plug.lan/0?every=500ms</c>.
/// </summary>
/// <remarks>
/// Kinds and options: docs/methods/plug.md. A password is never part of it, so an address may be shown and kept in a record.
/// Options stand in the query; those of <c>json+http</c>, whose query is the device's own, behind the pointer: <c>#/power?unit=kW</c>.
/// </remarks>
public sealed class SourceAddress
{
    const string Separators = " \t\r\n,";

    readonly Dictionary<string, string> _options = new(StringComparer.Ordinal);

    SourceAddress(SourceKind kind, Uri base_, string? user, string path)
    {
        (Kind, Base, User, Path) = (kind, base_, user, path);
        Host = base_.IsDefaultPort ? base_.Host : $"{base_.Host}:{base_.Port.ToString(CultureInfo.InvariantCulture)}";
    }

    /// <summary>As it was given.</summary>
    public string Text { get; private init; } = "";

    /// <summary>Kind of the source at the address.</summary>
    public SourceKind Kind { get; }

    /// <summary>Host, with its port where it is not the usual one.</summary>
    public string Host { get; }

    /// <summary>Scheme, host and port of the questions: <c>http://plug.lan/</c>.</summary>
    public Uri Base { get; }

    /// <summary>The user who asks; null if anybody may.</summary>
    public string? User { get; }

    /// <summary>Path without the first slash, and for <see cref="SourceKind.Json"/> the query with it.</summary>
    public string Path { get; }

    /// <summary>For <see cref="SourceKind.Json"/>: the JSON pointer (RFC 6901) to the value.</summary>
    public string Pointer { get; private init; } = "";

    /// <summary>Time between two questions. Default 500 ms for a plug, 2 s for a management controller, 1 s for a metric server.</summary>
    public TimeSpan PollInterval { get; private set; }

    /// <summary>Longest time for an answer. Default 2 s, 5 s for a management controller.</summary>
    public TimeSpan Timeout { get; private set; }

    /// <summary>
    /// Longest time for which a run waits for the first answer before it starts. Default 1 s, 3 s for a management controller.
    /// </summary>
    public TimeSpan StartupTimeout { get; private set; }

    /// <summary>The width that the owner gives its figures, as a fraction; null if none was given.</summary>
    public double? Accuracy { get; private set; }

    /// <summary>An option by name; null if it was not given.</summary>
    public string? this[string option] => _options.GetValueOrDefault(option);

    /// <summary>The addresses in a text, separated by blanks, line ends or commas; what is inside an address stays together.</summary>
    public static IReadOnlyList<string> Split(string text)
    {
        var starts = new List<int>();
        for (var at = text.IndexOf("://", StringComparison.Ordinal); at >= 0; at = text.IndexOf("://", at + 3, StringComparison.Ordinal))
        {
            var start = at;
            while (start > 0 && (char.IsAsciiLetterOrDigit(text[start - 1]) || text[start - 1] is '+' or '-' or '.'))
                start--;
            if (start < at && (start == 0 || Separators.Contains(text[start - 1])))
                starts.Add(start);
        }

        if (starts.Count == 0 || text.AsSpan(0, starts[0]).Trim(Separators).Length > 0)
            starts.Insert(0, 0);
        var addresses = new List<string>();
        for (var i = 0; i < starts.Count; i++)
        {
            var address = text[starts[i]..(i + 1 < starts.Count ? starts[i + 1] : text.Length)].Trim(Separators.ToCharArray());
            if (address.Length > 0)
                addresses.Add(address);
        }

        return addresses;
    }

    /// <summary>Reads one address.</summary>
    /// <param name="text">The address.</param>
    /// <param name="address">The address.</param>
    /// <param name="problem">What is wrong with the text and what to write instead; it never contains a password.</param>
    public static bool TryParse(string text, [NotNullWhen(true)] out SourceAddress? address, [NotNullWhen(false)] out string? problem)
    {
        address = null;
        var end = text.IndexOf("://", StringComparison.Ordinal);
        if (end <= 0 || SourceKind.Find(text[..end]) is not { } kind)
        {
            problem = $"'{HideSecrets(text)}' does not begin with the kind of a meter ({string.Join(", ", SourceKind.All.Select(each => each.Scheme + "://"))}); for example shelly://192.168.1.20";
            return false;
        }

        if (!Uri.TryCreate((kind.Encrypted ? "https" : "http") + text[end..], UriKind.Absolute, out var uri) || uri.Host.Length == 0)
        {
            problem = $"'{HideSecrets(text)}' is not an address; for example {kind.Example}";
            return false;
        }

        if (uri.UserInfo.Contains(':'))
        {
            problem = $"'{HideSecrets(text)}' holds a password, which would be kept in the run's record; put it into {kind.PasswordVariable}, or into a file named by ?password-file=PATH";
            return false;
        }

        var isJson = kind == SourceKind.Json || kind == SourceKind.JsonEncrypted;
        var fragment = Uri.UnescapeDataString(uri.Fragment.TrimStart('#'));
        var optionsAt = fragment.IndexOf('?');
        var pointer = optionsAt < 0 ? fragment : fragment[..optionsAt];
        var parsed = new SourceAddress(kind, new Uri(uri.GetLeftPart(UriPartial.Scheme) + uri.Authority[(uri.Authority.IndexOf('@') + 1)..] + "/"), uri.UserInfo.Length > 0 ? Uri.UnescapeDataString(uri.UserInfo) : null,
            (isJson ? uri.PathAndQuery : uri.AbsolutePath).TrimStart('/')) { Pointer = pointer, Text = text };
        problem = parsed.ParseOptions(isJson ? (optionsAt < 0 ? "" : fragment[(optionsAt + 1)..]) : uri.Query.TrimStart('?'), unescape: !isJson) ?? kind.Validate(parsed);
        if (problem is not null)
        {
            problem = $"'{HideSecrets(text)}': {problem}; for example {kind.Example}";
            return false;
        }

        address = parsed;
        return true;
    }

    /// <summary>The address without what must not be shown.</summary>
    public override string ToString() => $"{Kind.Scheme}://{(User is null ? "" : User + "@")}{Host}/{SecretMask.MaskText(Path)}";

    string? ParseOptions(string text, bool unescape)
    {
        (PollInterval, Timeout, StartupTimeout) = (Kind.PollInterval, Kind.Timeout, Kind.StartupTimeout);
        foreach (var pair in text.Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            var equals = pair.IndexOf('=');
            var (name, value) = equals < 0 ? (pair, "") : (pair[..equals], unescape ? Uri.UnescapeDataString(pair[(equals + 1)..]) : pair[(equals + 1)..]);
            if (!Kind.Options.Contains(name))
                return $"unknown option '{name}'. Did you mean {string.Join(" or ", NameMatching.FindNearest(name, Kind.Options.Select(option => (NameMatching.ToKey(option), option)), 2))}? It knows {string.Join(", ", Kind.Options)}";
            if (!_options.TryAdd(name, value))
                return $"the option '{name}' is given twice";
            var problem = name switch
            {
                "every" => ParseTime(value, 100, 60_000, time => PollInterval = time),
                "timeout" => ParseTime(value, 100, 60_000, time => Timeout = time),
                "wait" => ParseTime(value, 0, 120_000, time => StartupTimeout = time),
                "accuracy" => ParseAccuracy(value),
                _ => value.Length == 0 ? $"the option '{name}' is empty" : null,
            };
            if (problem is not null)
                return problem;
        }

        return null;
    }

    static string? ParseTime(string text, double low, double high, Action<TimeSpan> take)
    {
        var (number, scale) = text.EndsWith("ms", StringComparison.Ordinal) ? (text[..^2], 1) : (text.TrimEnd('s'), 1000);
        if (!double.TryParse(number, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var amount) || !(amount * scale >= low && amount * scale <= high))
            return $"'{text}' is not a time from {low} to {high} ms, such as 500ms or 2s";
        take(TimeSpan.FromMilliseconds(amount * scale));
        return null;
    }

    string? ParseAccuracy(string text)
    {
        if (!text.EndsWith('%') || !double.TryParse(text[..^1], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var percent) || percent is not (> 0 and <= 50))
            return $"the accuracy '{text}' is not a width up to 50%, such as 1%";
        Accuracy = percent / 100;
        return null;
    }

    /// <summary>Hides the password between a colon and the @ of a user.</summary>
    /// <summary>An address as a message shows it: without its password, and without the secrets of its query.</summary>
    static string HideSecrets(string text) => SecretMask.MaskText(HidePassword(text));

    static string HidePassword(string text)
    {
        var start = text.IndexOf("://", StringComparison.Ordinal) is >= 0 and var scheme ? scheme + 3 : 0;
        var end = text.AsSpan(start).IndexOfAny('/', '?', '#') is >= 0 and var length ? start + length : text.Length;
        var at = text.AsSpan(start, end - start).LastIndexOf('@');
        // A password may contain a slash, so everything before the last @ is hidden.
        if (at < 0 && text.LastIndexOf('@') is var late && late > start)
            at = late - start;
        var colon = at < 0 ? -1 : text.AsSpan(start, at).IndexOf(':');
        return colon < 0 ? text : $"{text[..(start + colon)]}:…{text[(start + at)..]}";
    }
}
