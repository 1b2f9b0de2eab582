namespace Tonne.OpenTelemetry;

/// <summary>Options of <see cref="TonneMeterProviderBuilderExtensions.AddPrometheusRemoteWrite"/>. Checked when the exporter is added.</summary>
public sealed class PrometheusRemoteWriteOptions
{
    /// <summary>Address of the server's receiver, http or https, as <c>http://127.0.0.1:9090/api/v1/write</c>. Required.</summary>
    public Uri? Endpoint { get; set; }

    /// <summary>Time between two collections, 100 ms to 1 h. Default: 15 s.</summary>
    public TimeSpan Period { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>Longest time of one request, 10 ms to 5 min. Default: 10 s.</summary>
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>Longest time that is spent at shutdown to send what is queued, 0 to 5 min. Default: 5 s.</summary>
    public TimeSpan ShutdownTimeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// Most samples that are kept while the server does not accept them, 1 to 10,000,000; the oldest are dropped first. Default: 100,000, some 5 MB and,
    /// at 30 series every 15 s, 14 hours.
    /// </summary>
    public int QueueLimit { get; set; } = 100_000;

    /// <summary>Wait before the first retry, 1 ms to 1 h; each further wait is twice as long, up to <see cref="LongestRetryDelay"/>. Default: 1 s.</summary>
    public TimeSpan FirstRetryDelay { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>Longest wait before a retry, at least <see cref="FirstRetryDelay"/>, up to 1 h; it also limits what the server asks for by Retry-After. Default: 1 min.</summary>
    public TimeSpan LongestRetryDelay { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>Name for basic authentication, without a colon. Default: null, none.</summary>
    public string? UserName { get; set; }

    /// <summary>Password for basic authentication. Default: null, none.</summary>
    public string? Password { get; set; }

    /// <summary>Further headers of each request, as <c>Authorization</c> with a bearer token or <c>X-Scope-OrgID</c>. Default: none.</summary>
    public IDictionary<string, string> Headers { get; } = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);

    /// <summary>Labels that are added to each series that does not have them, as <c>cluster</c>. Default: none.</summary>
    public IDictionary<string, string> ExternalLabels { get; } = new Dictionary<string, string>(StringComparer.Ordinal);
}
