using Tonne.Runs;

namespace Tonne.Lab.Featurizing;

/// <summary>The result of featurizing.</summary>
/// <param name="Examples">Labelled vectors, in the order of the rows.</param>
/// <param name="Before">Rows × columns of the input, counted.</param>
sealed record FeaturizationResult(IExamples Examples, DataShape Before)
{
    /// <summary>Rows × numbers of the output.</summary>
    public DataShape After => new(Examples.Count, Examples.Width);
}
