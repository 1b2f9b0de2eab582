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
    /// <param name="architectureKnown">Whether layers, attention cache and experts are given; otherwise they are estimated from the number
    /// of parameters.</param>
    public static IReadOnlyList<InferenceScore> LeaveFamilyOut(
        IReadOnlyList<ServingMeasurement> cases, bool softwareKnown = true, bool architectureKnown = true) =>
        LeaveOut(cases, row => row.Family, softwareKnown, architectureKnown);

    /// <summary>
    /// Predicts every case from all lines of models (<see cref="ServingMeasurement.Line"/>) but its own: all Llamas, of any size, are left
    /// out together.
    /// </summary>
    /// <param name="cases">The measurements.</param>
    /// <param name="architectureKnown">Whether layers, attention cache and experts are given; otherwise they are estimated from the number
    /// of parameters.</param>
    public static IReadOnlyList<InferenceScore> LeaveLineOut(IReadOnlyList<ServingMeasurement> cases, bool architectureKnown = true) =>
        LeaveOut(cases, row => row.Line, softwareKnown: true, architectureKnown);

    static List<InferenceScore> LeaveOut(
        IReadOnlyList<ServingMeasurement> cases, Func<ServingMeasurement, string> group, bool softwareKnown, bool architectureKnown)
    {
        var scores = new List<InferenceScore>(cases.Count);
        foreach (var left in cases.GroupBy(group, StringComparer.Ordinal))
        {
            List<ServingMeasurement> others = [.. cases.Where(row => group(row) != left.Key)];
            var estimator = new InferenceEstimator(ServingCalibration.Fit(others, ""));
            Bounds constant = BaselinePredictor.Predict([.. others.Select(row => row.JoulesPerToken)]);
            scores.AddRange(left.Select(row => new InferenceScore(row, estimator.Predict(row, softwareKnown, architectureKnown), constant)));
        }

        return scores;
    }
}
