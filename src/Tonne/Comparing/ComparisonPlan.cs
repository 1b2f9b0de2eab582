namespace Tonne.Comparing;

/// <summary>How variants are to be compared, set before the first run: what is said of the risk holds for these.</summary>
public sealed record ComparisonPlan
{
    /// <summary>Rounds at most, each with one run of every variant; at least 1. Default 60.</summary>
    public int Rounds
    {
        get;
        init => field = value >= 1 ? value : throw new ArgumentOutOfRangeException(nameof(value), value, "There is at least one round.");
    } = 60;

    /// <summary>Chance that any pair of variants is called different which is not, over all pairs and all looks; above 0, at most 0.5. Default 0.01.</summary>
    public double Risk
    {
        get;
        init => field = value is > 0 and <= 0.5 ? value : throw new ArgumentOutOfRangeException(nameof(value), value, "A risk lies above 0 and is at most 0.5.");
    } = 0.01;

    /// <summary>Relative difference that does not matter: a pair that is surely closer is decided; 0 to 1. Default 0.01.</summary>
    public double Margin
    {
        get;
        init => field = value is >= 0 and <= 1 ? value : throw new ArgumentOutOfRangeException(nameof(value), value, "A margin is between 0 and 1.");
    } = 0.01;

    /// <summary>The figure that decides. Default energy.</summary>
    public ComparedFigure DecisionFigure { get; init; } = ComparedFigure.Energy;
}
