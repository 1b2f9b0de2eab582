namespace Tonne.Services.Requests;

/// <summary>Options of <see cref="RequestEnergyAllocator"/>.</summary>
public sealed record RequestEnergyOptions
{
    /// <summary>Power of the device while it computes nothing, with the model loaded, W, not negative.</summary>
    public required double IdleWatts { get; init; }

    /// <summary>Shortest window, 1 ms to 1 h: readings that follow sooner lengthen the window before. Default: 1 s.</summary>
    public TimeSpan Step { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>How long a window stays open for requests that are reported late, 0 to 1 h. Default: 30 s.</summary>
    public TimeSpan Lateness { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// How long a window stays open for requests that have begun and not ended, up to 24 h; not less than <see cref="Lateness"/>; of a
    /// request that was announced, nothing more is expected after four times this. Default: 15 min.
    /// </summary>
    public TimeSpan LongestRequest { get; init; } = TimeSpan.FromMinutes(15);

    /// <summary>Time between two readings above which it is reported as a gap of readings, above 0. Default: 1 min.</summary>
    public TimeSpan LongestInterval { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>Power that the device cannot exceed, W: more between two readings is a gap. Default: null, not checked.</summary>
    public double? CeilingWatts { get; init; }

    /// <summary>Most requests, and most windows, that are held at a time, 1 to 10 million. Default: 100,000.</summary>
    public int Capacity { get; init; } = 100_000;

    /// <summary>Finds the work of a model by its name; null if its architecture is unknown. Default: none is known.</summary>
    public Func<string, ServedModelWork?> FindWork { get; init; } = static _ => null;

    internal void Validate()
    {
        if (!(IdleWatts >= 0 && IdleWatts <= 1e6))
            throw new ArgumentOutOfRangeException(nameof(IdleWatts), IdleWatts, "The idle power must be 0 to 1,000,000 W.");
        if (Step < TimeSpan.FromMilliseconds(1) || Step > TimeSpan.FromHours(1))
            throw new ArgumentOutOfRangeException(nameof(Step), Step, "The step must be 1 ms to 1 h.");
        if (Lateness < TimeSpan.Zero || Lateness > TimeSpan.FromHours(1))
            throw new ArgumentOutOfRangeException(nameof(Lateness), Lateness, "The lateness must be 0 to 1 h.");
        if (LongestRequest < Lateness || LongestRequest > TimeSpan.FromHours(24))
            throw new ArgumentOutOfRangeException(
                nameof(LongestRequest), LongestRequest, "The longest request must be from the lateness to 24 h.");
        if (LongestInterval <= TimeSpan.Zero)
            throw new ArgumentOutOfRangeException(nameof(LongestInterval), LongestInterval, "The longest interval must be above 0.");
        if (CeilingWatts is { } ceiling && !(ceiling > 0 && double.IsFinite(ceiling)))
            throw new ArgumentOutOfRangeException(nameof(CeilingWatts), CeilingWatts, "The ceiling must be above 0 W.");
        if (Capacity is < 1 or > 10_000_000)
            throw new ArgumentOutOfRangeException(nameof(Capacity), Capacity, "The capacity must be 1 to 10 million.");
        ArgumentNullException.ThrowIfNull(FindWork);
    }
}
