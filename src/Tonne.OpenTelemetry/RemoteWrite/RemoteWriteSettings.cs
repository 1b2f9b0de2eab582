using System.Net.Http.Headers;
using System.Text;

namespace Tonne.OpenTelemetry.RemoteWrite;

/// <summary>Options that were found valid, as a copy that later changes of the options do not reach.</summary>
sealed record RemoteWriteSettings(
    Uri Endpoint, TimeSpan Period, TimeSpan Timeout, TimeSpan ShutdownTimeout, int QueueLimit, TimeSpan FirstRetryDelay, TimeSpan LongestRetryDelay,
    IReadOnlyList<KeyValuePair<string, string>> Headers, IReadOnlyList<KeyValuePair<string, string>> ExternalLabels)
{
    /// <summary>How metrics are sent. Default: Prometheus remote write.</summary>
    public MetricProtocol Protocol { get; init; }

    /// <summary>Checks the options of a sender.</summary>
    /// <exception cref="ArgumentException">One is wrong.</exception>
    public static RemoteWriteSettings From(MetricSenderOptions options)
    {
        var same = new PrometheusRemoteWriteOptions
        {
            Endpoint = options.Endpoint,
            Timeout = options.Timeout,
            ShutdownTimeout = options.ShutdownTimeout,
            QueueLimit = options.QueueLimit,
            FirstRetryDelay = options.FirstRetryDelay,
            LongestRetryDelay = options.LongestRetryDelay,
            UserName = options.UserName,
            Password = options.Password,
        };
        foreach (var (name, value) in options.Headers)
            same.Headers[name] = value;
        return From(same) with { Protocol = options.Protocol };
    }

    static readonly string[] _ownHeaders = ["Content-Type", "Content-Encoding", "Content-Length", "Host", "Transfer-Encoding", "X-Prometheus-Remote-Write-Version"];

    /// <summary>Checks the options.</summary>
    /// <exception cref="ArgumentException">One is wrong.</exception>
    public static RemoteWriteSettings From(PrometheusRemoteWriteOptions options)
    {
        var wrong = new List<string>();
        if (options.Endpoint is not { IsAbsoluteUri: true } endpoint || (endpoint.Scheme != Uri.UriSchemeHttp && endpoint.Scheme != Uri.UriSchemeHttps))
            wrong.Add("Endpoint is missing or no http address: http://127.0.0.1:9090/api/v1/write, for example.");
        else if (endpoint.UserInfo.Length > 0)
            wrong.Add("Endpoint holds a user name: use UserName and Password.");
        CheckTime(wrong, nameof(options.Period), options.Period, TimeSpan.FromMilliseconds(100), TimeSpan.FromHours(1));
        CheckTime(wrong, nameof(options.Timeout), options.Timeout, TimeSpan.FromMilliseconds(10), TimeSpan.FromMinutes(5));
        CheckTime(wrong, nameof(options.ShutdownTimeout), options.ShutdownTimeout, TimeSpan.Zero, TimeSpan.FromMinutes(5));
        CheckTime(wrong, nameof(options.FirstRetryDelay), options.FirstRetryDelay, TimeSpan.FromMilliseconds(1), TimeSpan.FromHours(1));
        CheckTime(wrong, nameof(options.LongestRetryDelay), options.LongestRetryDelay, options.FirstRetryDelay, TimeSpan.FromHours(1));
        if (options.QueueLimit is < 1 or > 10_000_000)
            wrong.Add($"QueueLimit is {options.QueueLimit}: it must be 1 to 10,000,000 samples.");
        if (options.UserName is { } user && (user.Length == 0 || user.Contains(':', StringComparison.Ordinal)))
            wrong.Add("UserName must have at least one character and no colon.");
        if (options.Password is not null && options.UserName is null)
            wrong.Add("Password needs a UserName.");
        if (options.UserName is not null && options.Headers.ContainsKey("Authorization"))
            wrong.Add("UserName and the header Authorization exclude each other.");
        wrong.AddRange(options.Headers.Where(static header => !IsHeader(header)).Select(static header => $"Headers has '{header.Key}', which cannot be set or has a value that is no header's."));
        wrong.AddRange(options.ExternalLabels.Keys.Where(static name => !PrometheusNames.IsLabelName(name))
            .Select(static name => $"ExternalLabels has '{name}': letters, digits and _, not beginning with a digit or __."));
        if (wrong.Count > 0)
            throw new ArgumentException("tonne: " + string.Join(" ", wrong), nameof(options));
        var headers = options.Headers.ToList();
        if (options.UserName is { } name)
            headers.Add(new("Authorization", new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{name}:{options.Password}"))).ToString()));
        return new RemoteWriteSettings(
            options.Endpoint!, options.Period, options.Timeout, options.ShutdownTimeout, options.QueueLimit, options.FirstRetryDelay, options.LongestRetryDelay,
            headers, [.. options.ExternalLabels.Where(static label => label.Value is { Length: > 0 })]);
    }

    /// <summary>The address without query, for messages: a query may hold a key.</summary>
    public string EndpointText => Endpoint.GetLeftPart(UriPartial.Path);

    static void CheckTime(List<string> wrong, string name, TimeSpan time, TimeSpan least, TimeSpan most)
    {
        if (time < least || time > most)
            wrong.Add(FormattableString.Invariant($"{name} is {time.TotalSeconds} s: it must be {least.TotalSeconds} to {most.TotalSeconds} s."));
    }

    static bool IsHeader(KeyValuePair<string, string> header)
    {
        if (_ownHeaders.Contains(header.Key, StringComparer.OrdinalIgnoreCase) || header.Value is null || header.Value.AsSpan().ContainsAny('\r', '\n', '\0'))
            return false;
        using var request = new HttpRequestMessage();
        try
        {
            return request.Headers.TryAddWithoutValidation(header.Key, header.Value);
        }
        catch (ArgumentException)
        {
            return false;
        }
    }
}
