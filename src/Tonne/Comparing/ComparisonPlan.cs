namespace Tonne.Comparing;

/// <summary>
/// Settings of a comparison of variants. They must be fixed before the first run, because the error rate holds only for these settings.
/// </summary>
public sealed record ComparisonPlan
{
    /// <summary>Largest number of rounds, each with one run of every variant; at least 1. Default 60.</summary>
    public int Rounds
    {
        get;
        init => field = value >= 1 ? value : throw new ArgumentOutOfRangeException(nameof(value), value,
            "The number of rounds must be at least 1.");
    } = 60;

    /// <summary>
    /// Largest probability of reporting a difference between two variants that are equal, over all pairs and all interim looks. Above 0,
    /// at most 0.5. Default 0.01.
    /// </summary>
    public double Risk
    {
        get;
        init => field = value is > 0 and <= 0.5 ? value : throw new ArgumentOutOfRangeException(nameof(value), value,
            "The risk must be above 0 and at most 0.5.");
    } = 0.01;

    /// <summary>
    /// Relative difference that does not matter: a pair whose difference is certainly smaller counts as decided. 0 to 1. Default 0.01.
    /// </summary>
    public double Margin
    {
        get;
        init => field = value is >= 0 and <= 1 ? value : throw new ArgumentOutOfRangeException(nameof(value), value,
            "The margin must be between 0 and 1.");
    } = 0.01;

    /// <summary>The figure that decides. Default energy.</summary>
    public ComparedFigure DecisionFigure { get; init; } = ComparedFigure.Energy;
}
