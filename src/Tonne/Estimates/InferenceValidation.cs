namespace Tonne.Estimates;

/// <summary>How well serving is foretold: every model family is left out in turn, the product's own code is fitted on the rest and foretells it.</summary>
public static class InferenceValidation
{
    /// <summary>Foretells every case from the families that it does not belong to. Some seconds.</summary>
    /// <param name="cases">The measurements.</param>
    /// <param name="softwareKnown">Whether the year of the serving software is told, as <c>--software</c> does; else the newest on the hardware is taken.</param>
    public static IReadOnlyList<InferenceScore> LeaveOneModelOut(IReadOnlyList<ServingCase> cases, bool softwareKnown = true)
    {
        var scores = new List<InferenceScore>(cases.Count);
        foreach (var family in cases.GroupBy(row => row.Family, StringComparer.Ordinal))
        {
            var estimator = new InferenceEstimator(ServingCalibration.Fit([.. cases.Where(row => row.Family != family.Key)], ""));
            scores.AddRange(family.Select(row => new InferenceScore(row, estimator.Foretell(row, softwareKnown))));
        }

        return scores;
    }

    /// <summary>The plain rule to compare with: every token takes the same joules whatever is served, the median of the other families, with its own spread.</summary>
    /// <param name="cases">The measurements.</param>
    public static IReadOnlyList<InferenceScore> ConstantRule(IReadOnlyList<ServingCase> cases)
    {
        var scores = new List<InferenceScore>(cases.Count);
        foreach (var family in cases.GroupBy(row => row.Family, StringComparer.Ordinal))
        {
            var logs = cases.Where(row => row.Family != family.Key).Select(row => Math.Log(row.JoulesPerToken)).Order().ToList();
            var middle = logs[logs.Count / 2];
            var half = Quantities.Bounds.Z * Math.Sqrt(logs.Average(log => (log - middle) * (log - middle)));
            var bounds = new Quantities.Bounds(Math.Exp(middle - half), Math.Exp(middle), Math.Exp(middle + half));
            scores.AddRange(family.Select(row => new InferenceScore(row, bounds)));
        }

        return scores;
    }
}
