namespace Tonne.Lab.Compression;

/// <summary>How variants are measured.</summary>
public sealed record VariantPlan
{
    /// <summary>Rounds that count; each measures every variant once. Default 21.</summary>
    public int Rounds { get; init; } = 21;

    /// <summary>Rounds before those, at least, for caches and for .NET, which compiles what is called often a second time. Default 15.</summary>
    public int WarmUpRounds { get; init; } = 15;

    /// <summary>Time of those, at least: on a busy machine the second compilation comes late. Default 2 s.</summary>
    public TimeSpan WarmUp { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>Time of one measurement, which decides how many predictions it makes. Default 10 ms.</summary>
    public TimeSpan Measurement { get; init; } = TimeSpan.FromMilliseconds(10);

    /// <summary>Predictions of one measurement. Default 0: as many as fit <see cref="Measurement"/>, the same for all variants.</summary>
    public int Predictions { get; init; }

    /// <summary>Rows that are predicted together where they need not be predicted one at a time. Default 64.</summary>
    public int Batch { get; init; } = 64;
}
