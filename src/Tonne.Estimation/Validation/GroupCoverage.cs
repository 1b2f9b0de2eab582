using Tonne.Estimation.Serving;
using Tonne.Statistics;

namespace Tonne.Estimation.Validation;

/// <summary>Whether the 95 % bounds hold in a group of measurements, tested together with the other groups.</summary>
/// <remarks>
/// Each group has the exact two-sided binomial p of its coverage against 95 %. Many groups are tested at once, so the levels are corrected:
/// the p values in rising order are multiplied by the number of groups that remain (Holm, A Simple Sequentially Rejective Multiple Test
/// Procedure, Scandinavian Journal of Statistics 6, 1979), and a group is refused if its product and those of all groups before it are
/// below 5 %.
/// </remarks>
/// <param name="Group">Name of the group.</param>
/// <param name="Cases">Number of measurements.</param>
/// <param name="Covered">Number of measurements inside their bounds.</param>
/// <param name="PValue">Exact two-sided binomial p against 95 %.</param>
/// <param name="Multiplier">Number by which Holm's procedure multiplies p.</param>
/// <param name="IsRefused">Whether the coverage is refused at 5 % over all groups.</param>
public sealed record GroupCoverage(string Group, int Cases, int Covered, double PValue, int Multiplier, bool IsRefused)
{
    /// <summary>Smallest number of measurements of a group that is tested.</summary>
    public const int SmallestGroup = 20;

    const double Level = 0.05;

    /// <summary>
    /// Tests the groups of at least <see cref="SmallestGroup"/> measurements: all, by hardware, by kind of model, by task, by year of the
    /// software, and by hardware and kind.
    /// </summary>
    /// <param name="scores">The scored measurements.</param>
    /// <returns>The groups, the smallest p first.</returns>
    public static IReadOnlyList<GroupCoverage> Test(IReadOnlyList<InferenceScore> scores)
    {
        Func<ServingMeasurement, string>[] groupings =
        [
            _ => "all", row => row.Hardware, row => ServingFit.GetLabel(row.Kind), row => row.Task, row => row.Format.Name,
            row => row.Configuration.UsesOlderSoftware ? "software of 2024" : "software of 2026",
            row => $"{row.Hardware}, {ServingFit.GetLabel(row.Kind)}",
        ];
        var groups = groupings.SelectMany(grouping => scores.GroupBy(score => grouping(score.Case), StringComparer.Ordinal))
            .Where(group => group.Count() >= SmallestGroup)
            .Select(group => (group.Key, Cases: group.Count(), Covered: group.Count(IsCovered)))
            .Select(group => (group.Key, group.Cases, group.Covered,
                P: BinomialTest.ComputeTwoSidedPValue(group.Covered, group.Cases, EstimateScore.Level)))
            .OrderBy(group => group.P).ThenBy(group => group.Key, StringComparer.Ordinal).ToList();
        var tested = new List<GroupCoverage>(groups.Count);
        foreach (var (index, group) in groups.Index())
        {
            var multiplier = groups.Count - index;
            var refused = group.P * multiplier < Level && (index == 0 || tested[index - 1].IsRefused);
            tested.Add(new GroupCoverage(group.Key, group.Cases, group.Covered, group.P, multiplier, refused));
        }

        return tested;
    }

    static bool IsCovered(InferenceScore score) =>
        score.Predicted.Low <= score.Case.JoulesPerToken && score.Case.JoulesPerToken <= score.Predicted.High;
}
