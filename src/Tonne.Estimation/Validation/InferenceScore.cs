using System.Globalization;
using Tonne.Estimation.Serving;
using Tonne.Quantities;

namespace Tonne.Estimation.Validation;

/// <summary>A measurement of serving beside what was foretold without its family.</summary>
/// <param name="Case">The measurement.</param>
/// <param name="Foretold">J per output token foretold, with its 95 % bounds.</param>
/// <param name="Constant">One constant for every case, with its own spread.</param>
public sealed record InferenceScore(ServingCase Case, Bounds Foretold, Bounds Constant)
{
    /// <summary>As a case to be scored, grouped by family.</summary>
    public ScoredCase ByFamily => Grouped(Case.Family);

    /// <summary>As a case to be scored, grouped by hardware.</summary>
    public ScoredCase ByHardware => Grouped(Case.Hardware);

    ScoredCase Grouped(string group) => new(
        string.Create(CultureInfo.InvariantCulture, $"{Case.Model}, {Case.Point.Gpus:0} x {Case.Hardware}, batch {Case.Point.Batch:0.#}, {Case.Task}"), Case.JoulesPerToken, Foretold, Constant, group);
}
