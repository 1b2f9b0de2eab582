using Tonne.Runs;

namespace Tonne.Lab.Featurizing;

/// <summary>What featurizing made.</summary>
/// <param name="Examples">Labelled vectors, in the order of the rows.</param>
/// <param name="Before">Rows × columns that came, counted.</param>
public sealed record FeaturizationResult(IExamples Examples, DataShape Before)
{
    /// <summary>Rows × numbers that were made.</summary>
    public DataShape After => new(Examples.Count, Examples.Width);
}
