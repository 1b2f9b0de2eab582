namespace Tonne.Ledgers.Calls;

/// <summary>Options of <see cref="CallRecorder"/>.</summary>
public sealed record CallRecorderOptions
{
    static readonly TimeSpan _minPeriod = TimeSpan.FromSeconds(1);
    static readonly TimeSpan _maxPeriod = TimeSpan.FromHours(1);

    /// <summary>Time between two writes, 1 s to 1 h. Default: 1 min.</summary>
    public TimeSpan Period { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>Most calls that wait to be added up, and most rows that wait to be written, 1 to a million. Default: 8,192.</summary>
    public int Capacity { get; init; } = 8_192;

    /// <summary>The program, for the row that counts lost calls. Default: empty, unknown.</summary>
    public string Service { get; init; } = "";

    /// <summary>Called when rows cannot be written, on a thread of the recorder. Default: null, nobody.</summary>
    public Action<Exception>? OnProblem { get; init; }

    internal void Validate()
    {
        if (Period < _minPeriod || Period > _maxPeriod)
            throw new ArgumentOutOfRangeException(nameof(Period), Period, "The period must be 1 s to 1 h.");
        if (Capacity is < 1 or > 1_000_000)
            throw new ArgumentOutOfRangeException(nameof(Capacity), Capacity, "The capacity must be 1 to a million.");
    }
}
