using System.Collections.Immutable;
using Tonne.Ledgers.Calls;
using Tonne.Quantities;
using Tonne.Services.Accounts;

namespace Tonne.Reporting.Services;

/// <summary>What is shown of a service: today, seven days and all, the change, what is unusual, and when use exceeds the training.</summary>
public sealed record ServiceReport
{
    // A share of idle energy from which it is said: more is drawn for nobody than for requests.
    const double MostIdleShare = 0.5;

    // Median absolute deviations × 1.4826 that make a standard deviation of a normal distribution (Rousseeuw and Croux 1993, JASA 88, 1273).
    const double DeviationsToSigma = 1.4826;
    const double UnusualSigmas = 3;
    const int FewestDaysForRange = 5;

    /// <summary>The account.</summary>
    public required ServiceAccount Account { get; init; }

    /// <summary>Time of the report, UTC.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>The day so far (UTC).</summary>
    public required ServiceAmounts Today { get; init; }

    /// <summary>The last seven days, today included.</summary>
    public required ServiceAmounts Week { get; init; }

    /// <summary>The seven days before these.</summary>
    public required ServiceAmounts WeekBefore { get; init; }

    /// <summary>All of it.</summary>
    public required ServiceAmounts All { get; init; }

    /// <summary>Emissions of a day, mean of the recorded time, kg CO2e; null before an hour was recorded.</summary>
    public Bounds? KilogramsPerDay => All.Seconds >= 3600 ? All.EmissionsKg * (86_400 / All.Seconds) : null;

    /// <summary>Change of the energy of a request against the week before, −1 for none left; null without requests in both.</summary>
    public double? RequestChange => Week.WattHoursPerRequest is { } now && WeekBefore.WattHoursPerRequest is { Best: > 0 } before
        ? (now.Best / before.Best) - 1 : null;

    /// <summary>Change of the daily emissions against the week before; null without both.</summary>
    public double? DailyChange => Week.Seconds > 0 && WeekBefore is { Seconds: > 0, EmissionsKg.Best: > 0 }
        ? (Week.EmissionsKg.Best / Week.Seconds / (WeekBefore.EmissionsKg.Best / WeekBefore.Seconds)) - 1 : null;

    /// <summary>What is unusual, in sentences.</summary>
    public required ImmutableArray<string> Alerts { get; init; }

    /// <summary>Emissions of the model's training, kg CO2e; null if not given.</summary>
    public Bounds? TrainingKg { get; init; }

    /// <summary>Calls that a program of the same name wrote into the ledger; they are in no figure here. Null if there are none.</summary>
    public CallTotalRow? Calls { get; init; }

    /// <summary>Days of use after which its emissions exceed those of the training, at the mean of the recorded time; null if unknown.</summary>
    public double? BreakEvenDays => TrainingKg is { } training && KilogramsPerDay is { Best: > 0 } day ? training.Best / day.Best : null;

    /// <summary>Makes a report.</summary>
    /// <param name="account">The account.</param>
    /// <param name="at">The time, UTC.</param>
    /// <param name="trainingKg">Emissions of the model's training, kg CO2e. Default: null, unknown.</param>
    /// <param name="calls">Calls of the ledger, of which those of the same name are shown beside it. Default: null, none.</param>
    public static ServiceReport From(ServiceAccount account, DateTimeOffset at, Bounds? trainingKg = null, CallReading? calls = null)
    {
        ArgumentNullException.ThrowIfNull(account);
        var today = new DateTimeOffset(at.UtcDateTime.Date, TimeSpan.Zero);
        var report = new ServiceReport
        {
            Account = account,
            At = at,
            Today = account.Sum(today),
            Week = account.Sum(today.AddDays(-6)),
            WeekBefore = account.Sum(today.AddDays(-13), today.AddDays(-6)),
            All = ServiceAmounts.Sum(account.Hours.Select(static hour => hour.All)),
            Alerts = [],
            TrainingKg = trainingKg,
            Calls = calls is null ? null : CallServiceReport.From(calls, account.Name, at)?.All,
        };
        return report with { Alerts = [.. FindAlerts(report)] };
    }

    static IEnumerable<string> FindAlerts(ServiceReport report)
    {
        if (report.Week is { IdleShare: > MostIdleShare and var share, Counts.Requests: > 0 } && report.Week.Seconds > 3600)
        {
            yield return FormattableString.Invariant($"{share:P0} of the energy of the last seven days fell on no request: ")
                + "fewer or smaller replicas, or stopping at night, would save most of it.";
        }

        var days = report.Account.SumDays();
        if (days.Count > FewestDaysForRange && days[^1] is { Amounts: { WattHoursPerRequest: { } last, Seconds: > 3600 }, Day: var day })
        {
            var before = days.SkipLast(1).Select(static each => each.Amounts.WattHoursPerRequest?.Best).OfType<double>().Order().ToArray();
            if (before.Length >= FewestDaysForRange)
            {
                var median = GetMedian(before);
                var sigma = DeviationsToSigma * GetMedian([.. before.Select(each => Math.Abs(each - median)).Order()]);
                // Days that are all alike must not make the smallest change unusual.
                if (last.Best > median + Math.Max(UnusualSigmas * sigma, 0.1 * median))
                {
                    yield return FormattableString.Invariant($"On {day:yyyy-MM-dd} a request took {last.Best / median:0.0} times its usual energy ")
                        + "(median of the days before): longer answers, fewer requests for the same idle energy, or a slower machine.";
                }
            }
        }

        if (report.Week.Seconds > 0 && report.Week.UnknownSeconds / report.Week.Seconds > 0.05 && report.All.Counts.Requests > 0)
        {
            yield return FormattableString.Invariant($"Requests of {report.Week.UnknownSeconds / report.Week.Seconds:P0} of the last seven days are not known")
                + (report.Account.Gaps.LastOrDefault() is { } gap ? $"; the last reason: {gap.Reason}." : ".");
        }
    }

    static double GetMedian(double[] sorted) => sorted.Length % 2 == 1 ? sorted[sorted.Length / 2]
        : (sorted[(sorted.Length / 2) - 1] + sorted[sorted.Length / 2]) / 2;
}
