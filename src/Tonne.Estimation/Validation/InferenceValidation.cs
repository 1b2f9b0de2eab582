using Tonne.Estimation.Serving;
using Tonne.Quantities;

namespace Tonne.Estimation.Validation;

/// <summary>How well serving is foretold: every model family is left out in turn, the product's own code is fitted on the rest and foretells it.</summary>
public static class InferenceValidation
{
    /// <summary>Foretells every case from the families that it does not belong to, beside one constant taken from them. Some seconds.</summary>
    /// <param name="cases">The measurements.</param>
    /// <param name="softwareKnown">Whether the year of the serving software is told, as <c>--software</c> does; else the newest on the hardware is taken.</param>
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
