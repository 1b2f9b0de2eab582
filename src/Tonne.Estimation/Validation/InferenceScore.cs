using System.Globalization;
using Tonne.Estimation.Serving;
using Tonne.Quantities;

namespace Tonne.Estimation.Validation;

/// <summary>A measurement of serving with the estimate that was made without its family.</summary>
/// <param name="Case">The measurement.</param>
/// <param name="Predicted">Predicted J per output token, with its 95 % bounds.</param>
/// <param name="Baseline">One constant for every case, with its own spread.</param>
public sealed record InferenceScore(ServingMeasurement Case, Bounds Predicted, Bounds Baseline)
{
    /// <summary>Converts it to a scored case, grouped by family.</summary>
    public ScoredCase ByFamily => CreateScoredCase(Case.Family);

    /// <summary>Converts it to a scored case, grouped by hardware.</summary>
    public ScoredCase ByHardware => CreateScoredCase(Case.Hardware);

    ScoredCase CreateScoredCase(string group) => new(
        string.Create(CultureInfo.InvariantCulture, $"{Case.Model}, {Case.Configuration.Gpus:0} x {Case.Hardware}, batch {Case.Configuration.Batch:0.#}, {Case.Task}"), Case.JoulesPerToken, Predicted, Baseline, group);
}
