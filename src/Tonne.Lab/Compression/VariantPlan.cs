namespace Tonne.Lab.Compression;

/// <summary>How variants are measured.</summary>
public sealed record VariantPlan
{
    /// <summary>Measured rounds; each measures every variant once. Default 21.</summary>
    public int Rounds { get; init; } = 21;

    /// <summary>Minimum rounds before the measured ones, to fill caches and to let .NET compile hot code again. Default 15.</summary>
    public int WarmUpRounds { get; init; } = 15;

    /// <summary>
    /// Minimum time of the rounds before the measured ones: on a busy machine the second compilation is late. Default 2 s.
    /// </summary>
    public TimeSpan WarmUp { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>Time of one measurement, which determines its number of predictions. Default 10 ms.</summary>
    public TimeSpan Measurement { get; init; } = TimeSpan.FromMilliseconds(10);

    /// <summary>Predictions of one measurement. Default 0: as many as fit <see cref="Measurement"/>, the same for all variants.</summary>
    public int Predictions { get; init; }

    /// <summary>Rows that are predicted together in batches. Default 64.</summary>
    public int Batch { get; init; } = 64;
}
