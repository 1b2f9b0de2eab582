namespace Tonne.Instruments.Feeds;

/// <summary>How feeds are called.</summary>
public sealed record FeedOptions
{
    /// <summary>The clock. Default: the system's.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>Sends the requests; null for a handler of its own. It is not disposed.</summary>
    public HttpMessageHandler? Handler { get; init; }

    /// <summary>
    /// A setting by name, null if it is not set: <c>grid.PROVIDER.url</c> replaces the address of a provider, <c>grid.PROVIDER.key</c> is
    /// its key.
    /// </summary>
    public Func<string, string?> Setting { get; init; } = static _ => null;

    /// <summary>Longest time for one answer. Default: 10 s.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Longest time for all requests of one call. Default: 30 s.</summary>
    public TimeSpan TotalTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Largest answer in bytes. Default: 16 MiB.</summary>
    public int MaximumBytes { get; init; } = 16 * 1024 * 1024;

    /// <summary>
    /// How often a request is repeated after an error of the server (500, 502, 503, 504) or of the connection. Default: 2.
    /// </summary>
    public int Retries { get; init; } = 2;

    /// <summary>Wait before the first repetition; it doubles, and is multiplied by 0.5 to 1.5 at random. Default: 0.5 s.</summary>
    public TimeSpan RetryDelay { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>Longest <c>Retry-After</c> that is waited for; with a longer one the call fails at once. Default: 3 s.</summary>
    public TimeSpan LongestWait { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>Chance for the waits; null for one seeded by the number of the process.</summary>
    public Random? Random { get; init; }

    /// <summary>Settings from environment variables: <c>grid.energy-charts.url</c> is <c>TONNE_GRID_ENERGY_CHARTS_URL</c>.</summary>
    /// <param name="variable">Reads a variable; null if it is not set.</param>
    public static Func<string, string?> SettingsFromEnvironment(Func<string, string?> variable) =>
        name => variable($"TONNE_{name.Replace('.', '_').Replace('-', '_').ToUpperInvariant()}") is { Length: > 0 } value ? value : null;
}
