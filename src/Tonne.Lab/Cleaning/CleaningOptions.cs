namespace Tonne.Lab.Cleaning;

/// <summary>What cleaning removes.</summary>
public sealed record CleaningOptions
{
    /// <summary>Whether placeholders alone, untranslated texts and texts in another script than their language are removed: true.</summary>
    /// <remarks>A script is judged only where the label is a language tag that is known.</remarks>
    public bool RemoveIrrelevant { get; init; } = true;

    /// <summary>Whether exact duplicates are removed: true.</summary>
    public bool RemoveExactDuplicates { get; init; } = true;

    /// <summary>Whether near duplicates are removed: true.</summary>
    public bool RemoveNearDuplicates { get; init; } = true;

    /// <summary>
    /// Similarity from which two texts of a label are near duplicates: 0.8, of 0.5 to 1. It is the Jaccard index (in both ÷ in either) of the sets of runs of
    /// four characters of their normal forms, estimated by 128 minima (standard error √(J(1 − J) ÷ 128), 0.035 at 0.8).
    /// </summary>
    public double NearSimilarity { get; init; } = 0.8;

    /// <summary>Similarity from which two texts that are both kept stay on one side of a split: 0.6, of 0.5 to 1.</summary>
    public double RelatedSimilarity { get; init; } = 0.6;

    internal void Validate()
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(NearSimilarity, 0.5);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(NearSimilarity, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(RelatedSimilarity, 0.5);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(RelatedSimilarity, 1);
    }
}
