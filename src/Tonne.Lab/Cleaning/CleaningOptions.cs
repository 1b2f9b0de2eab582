namespace Tonne.Lab.Cleaning;

/// <summary>Options of cleaning.</summary>
sealed record CleaningOptions
{
    /// <summary>
    /// Whether to remove texts that have only placeholders, are untranslated, or are in another script than their language. Default: true.
    /// </summary>
    /// <remarks>The script is checked only if the label is a known language tag.</remarks>
    public bool RemoveIrrelevant { get; init; } = true;

    /// <summary>Whether to remove exact duplicates. Default: true.</summary>
    public bool RemoveExactDuplicates { get; init; } = true;

    /// <summary>Whether to remove near duplicates. Default: true.</summary>
    public bool RemoveNearDuplicates { get; init; } = true;

    /// <summary>
    /// Similarity from which two texts of a label are near duplicates, 0.5 to 1. Default: 0.8. It is the Jaccard index (in both ÷ in
    /// either) of the sets of four-character sequences of their normal forms, estimated by 128 minima (standard error √(J(1 − J) ÷ 128),
    /// 0.035 at 0.8).
    /// </summary>
    public double NearSimilarity { get; init; } = 0.8;

    /// <summary>Similarity from which two texts that are both kept stay in one part of a split, 0.5 to 1. Default: 0.6.</summary>
    public double RelatedSimilarity { get; init; } = 0.6;

    internal void Validate()
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(NearSimilarity, 0.5);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(NearSimilarity, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(RelatedSimilarity, 0.5);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(RelatedSimilarity, 1);
    }
}
