namespace Tonne.Server.Fleet;

/// <summary>What a push may cost the server.</summary>
sealed record PushLimits
{
    /// <summary>Most bytes of a body as it is sent. Default: 16 MiB.</summary>
    public long MaxSentBytes { get; init; } = 16 << 20;

    /// <summary>Most bytes of a body after decompression. Default: 128 MiB.</summary>
    public long MaxBytes { get; init; } = 128 << 20;

    /// <summary>Most bytes of all pushes at a time, decompressed. Default: 1 GiB.</summary>
    public long MaxBytesInAll { get; init; } = 1L << 30;

    /// <summary>Most pushes at a time; of one node there is one. Default: 64.</summary>
    public int MaxPushes { get; init; } = 64;

    /// <summary>Least rate at which a body must arrive, bytes a second, after <see cref="Grace"/>. Default: 4096.</summary>
    public double MinBytesPerSecond { get; init; } = 4096;

    /// <summary>Time in which a body may be slower. Default: 5 s; more than 1 s.</summary>
    public TimeSpan Grace { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How long a node waits before it asks again, if the server is busy or its database does not answer. Default: 30 s.</summary>
    public TimeSpan RetryAfter { get; init; } = TimeSpan.FromSeconds(30);
}
