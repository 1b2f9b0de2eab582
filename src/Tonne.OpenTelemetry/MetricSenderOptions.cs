namespace Tonne.OpenTelemetry;

/// <summary>Options of <see cref="MetricSender"/>. Checked when it is created.</summary>
public sealed class MetricSenderOptions
{
    /// <summary>How metrics are sent. Default: Prometheus remote write.</summary>
    public MetricProtocol Protocol { get; set; }

    /// <summary>
    /// Address of the receiver, http or https: <c>http://127.0.0.1:9090/api/v1/write</c>, or <c>http://127.0.0.1:4318/v1/metrics</c>.
    /// Required.
    /// </summary>
    public Uri? Endpoint { get; set; }

    /// <summary>Longest time of one request, 10 ms to 5 min. Default: 10 s.</summary>
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>Longest time that is spent at the end to send what is queued, 0 to 5 min. Default: 5 s.</summary>
    public TimeSpan ShutdownTimeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// Most samples that are kept while the server does not accept them, 1 to 10,000,000; the oldest are dropped first. Default:
    /// 200,000, some
    /// 6 MB.
    /// </summary>
    public int QueueLimit { get; set; } = 200_000;

    /// <summary>Wait before the first retry, 1 ms to 1 h; each further wait is twice as long. Default: 1 s.</summary>
    public TimeSpan FirstRetryDelay { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>Longest wait before a retry, up to 1 h; it also limits what the server asks for by Retry-After. Default: 1 min.</summary>
    public TimeSpan LongestRetryDelay { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>Name for basic authentication, without a colon. Default: null, none.</summary>
    public string? UserName { get; set; }

    /// <summary>Password for basic authentication. Default: null, none.</summary>
    public string? Password { get; set; }

    /// <summary>Further headers of each request. Default: none.</summary>
    public IDictionary<string, string> Headers { get; } = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);

    /// <summary>
    /// What the metrics are of, as attributes of an OpenTelemetry resource. By remote write <c>service.name</c> is the label <c>job</c> and
    /// <c>service.instance.id</c> the label <c>instance</c>; the others are not sent. Default: none.
    /// </summary>
    public IDictionary<string, string> Resource { get; } = new Dictionary<string, string>(StringComparer.Ordinal);
}
