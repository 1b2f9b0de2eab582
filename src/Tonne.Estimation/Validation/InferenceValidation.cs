using Tonne.Estimation.Serving;
using Tonne.Quantities;

namespace Tonne.Estimation.Validation;

/// <summary>
/// Validates serving estimates: leaves out each model family in turn, fits the shipped model on the others, and predicts it.
/// </summary>
public static class InferenceValidation
{
    /// <summary>Predicts every case from all families but its own, by the model and by the baseline. Takes some seconds.</summary>
    /// <param name="cases">The measurements.</param>
    /// <param name="softwareKnown">Whether the year of the serving software is given, as with <c>--software</c>; otherwise the newest on
    /// the hardware is assumed.</param>
    public static IReadOnlyList<InferenceScore> LeaveFamilyOut(IReadOnlyList<ServingMeasurement> cases, bool softwareKnown = true)
    {
        var scores = new List<InferenceScore>(cases.Count);
        foreach (var family in cases.GroupBy(row => row.Family, StringComparer.Ordinal))
        {
            List<ServingMeasurement> others = [.. cases.Where(row => row.Family != family.Key)];
            var estimator = new InferenceEstimator(ServingCalibration.Fit(others, ""));
            Bounds constant = BaselinePredictor.Predict([.. others.Select(row => row.JoulesPerToken)]);
            scores.AddRange(family.Select(row => new InferenceScore(row, estimator.Predict(row, softwareKnown), constant)));
        }

        return scores;
    }
}
