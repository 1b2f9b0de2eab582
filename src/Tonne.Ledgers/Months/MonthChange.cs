using System.Collections.Immutable;
using Tonne.Accounting;
using Tonne.Ledgers.Totals;
using Tonne.Quantities;
using Tonne.Runs;

namespace Tonne.Ledgers.Months;

/// <summary>The change of emissions from one month to another, explained by causes whose parts add up to it.</summary>
/// <remarks>
/// Operational emissions are decomposed over groups of one partition and processor, and those of the time of nodes outside jobs by
/// themselves, by the logarithmic mean Divisia index: Ang 2004 and 2005, see docs/months.md. Where the two months have runs that were
/// accounted by different methods or factors, their runs are accounted again with the present ones; what that changes is the part of
/// <see cref="ChangeCause.Method"/>, and the others are between the months as accounted again. Embodied emissions are one part, the
/// difference of the two sums.
/// </remarks>
public sealed record MonthChange
{
    const string Node = "node";

    // So many records are read in a few seconds.
    const int MostRestated = 2000;

    /// <summary>The month that is compared with.</summary>
    public required CalendarMonth Against { get; init; }

    /// <summary>Emissions of that month, kg CO2e.</summary>
    public required Bounds Before { get; init; }

    /// <summary>Emissions of the later month, kg CO2e.</summary>
    public required Bounds After { get; init; }

    /// <summary>The parts, in the order of <see cref="ChangeCause"/>; they add up to <see cref="Kilograms"/>.</summary>
    public required ImmutableArray<ChangeTerm> Terms { get; init; }

    /// <summary>What makes the explanation less certain.</summary>
    public ImmutableArray<Warning> Warnings { get; init; } = [];

    /// <summary>The change of the best values, kg CO2e.</summary>
    public double Kilograms => After.Best - Before.Best;

    /// <summary>The change ÷ the emissions before; null if there were none.</summary>
    public double? Share => Before.Best > 0 ? Kilograms / Before.Best : null;

    /// <summary>Accounts a run again with the present factors.</summary>
    /// <param name="ledger">Where its record is.</param>
    /// <param name="account">Computes the figures of a record.</param>
    public static Func<RunSummary, RunSummary> CreateRestatement(ILedgerReader ledger, Func<RunRecord, FootprintStatement> account) =>
        run =>
    {
        var record = ledger.Load(run.Id).Record;
        return RunSummary.FromRecord(record, new RunSummary.StatementCount(1, account(record)), null);
    };

    /// <summary>Explains the change between two months.</summary>
    /// <param name="runs">The runs of both, as <see cref="MonthRuns"/> reads them.</param>
    /// <param name="before">The earlier month.</param>
    /// <param name="after">The later month.</param>
    /// <param name="account">Account of the runs; null for all.</param>
    /// <param name="restate">Accounts a run again; null if that cannot be done. Only for runs of the two months, and only if these differ
    /// in method or factors.</param>
    public static MonthChange Explain(
        IReadOnlyList<RunSummary> runs, CalendarMonth before, CalendarMonth after, string? account = null, Func<RunSummary,
            RunSummary>? restate = null)
    {
        ArgumentNullException.ThrowIfNull(runs);
        ArgumentNullException.ThrowIfNull(before);
        ArgumentNullException.ThrowIfNull(after);
        var warnings = new List<Warning>();
        var stated = new Pair(Sum(runs, before, account), Sum(runs, after, account));
        var restated = Restate(runs, before, after, account, restate, warnings) is { } again
            ? new Pair(Sum(again, before, account), Sum(again, after, account)) : stated;
        // Hours of a node are no hours of runs: one share of all hours for both would have no meaning.
        var (terms, nodes) = (LogMeanDecomposition.Explain(Match(restated, isNode: false)), LogMeanDecomposition.Explain(Match(restated,
            isNode: true)));
        var embodied = GetRest(restated.After.Sum) - GetRest(restated.Before.Sum);
        var method = GetDifference(stated.After, restated.After) - GetDifference(stated.Before, restated.Before);
        return new MonthChange
        {
            Against = before,
            Before = stated.Before.Sum.Emissions,
            After = stated.After.Sum.Emissions,
            Terms =
            [
                new(ChangeCause.Work, terms.Work), new(ChangeCause.Nodes, nodes.Work), new(ChangeCause.Hardware, terms.Mix + terms.Power
                    + nodes.Mix + nodes.Power),
                new(ChangeCause.Facility, terms.Pue + nodes.Pue), new(ChangeCause.Grid, terms.Grid + nodes.Grid), new(ChangeCause.Embodied,
                    embodied), new(ChangeCause.Method, method),
            ],
            Warnings = [.. warnings],
        };

        static double GetDifference(LedgerTotal one, LedgerTotal other) => one.Sum.Emissions.Best - other.Sum.Emissions.Best;

        // Embodied emissions, and what an imported run has beyond its operational ones.
        static double GetRest(TotalRow sum) => sum.Emissions.Best - sum.Operational.Best;
    }

    static LedgerTotal Sum(IReadOnlyList<RunSummary> runs, CalendarMonth month, string? account)
    {
        var query = new TotalQuery { Runs = new LedgerQuery { Account = account, Since = month.Start, Until = month.End } };
        return new TotalBuilder(query, static run => [[run.CoversNode ? Node : "run", run.Partition, run.Cpu]])
            .Build([.. runs.Select(CountedRun.From)]);
    }

    static List<(LogMeanDecomposition.Levels, LogMeanDecomposition.Levels)> Match(Pair pair, bool isNode)
    {
        var before = pair.Before.Rows.Where(IsOfKind).ToDictionary(static row => string.Join('\n', row.Group), StringComparer.Ordinal);
        var groups = new List<(LogMeanDecomposition.Levels, LogMeanDecomposition.Levels)>();
        foreach (var row in pair.After.Rows.Where(IsOfKind))
        {
            before.Remove(string.Join('\n', row.Group), out var counterpart);
            groups.Add((GetLevels(counterpart), GetLevels(row)));
        }

        groups.AddRange(before.Values.OrderBy(static row => string.Join('\n', row.Group), StringComparer.Ordinal).Select(row =>
            (GetLevels(row), default(LogMeanDecomposition.Levels))));
        return groups;

        bool IsOfKind(TotalRow row) => row.Group[0] == Node == isNode;

        static LogMeanDecomposition.Levels GetLevels(TotalRow? row) => row is null ? default
            : new(row.Seconds / 3600, row.Energy.Best, row.FacilityEnergy.Best, row.Operational.Best);
    }

    /// <summary>The runs with those of the two months accounted again; null if all were accounted alike, or it cannot be done.</summary>
    static List<RunSummary>? Restate(
        IReadOnlyList<RunSummary> runs, CalendarMonth before, CalendarMonth after, string? account, Func<RunSummary, RunSummary>? restate,
            List<Warning> warnings)
    {
        // What was imported has stated figures, which a recount leaves.
        var used = runs.Where(run => run.HasFigures && run.Kind == RunKind.Recorded && (account is null || run.Job?.Account == account)
            && (Overlaps(run, before) || Overlaps(run, after))).ToList();
        var sets = used.CountBy(static run => (run.Method, run.FactorsHash)).OrderByDescending(static set => set.Value).ToList();
        if (sets.Count < 2)
            return null;
        if (restate is null || used.Count > MostRestated)
        {
            warnings.Add(new Warning(
                "factors-differ",
                $"The runs of the two months were accounted in {sets.Count} ways; what that changes is in the other causes.",
                "Account all with the present factors: tonne ledger recount."));
            return null;
        }

        var ids = used.Select(static run => run.Id).ToHashSet(StringComparer.Ordinal);
        var failed = 0;
        var again = new List<RunSummary>(runs.Count);
        foreach (var run in runs)
            again.Add(ids.Contains(run.Id) ? TryRestate(run) : run);
        if (failed > 0)
            warnings.Add(new Warning("factors-differ", $"{failed} runs could not be accounted with the present factors.",
                "Look at them: tonne ledger verify."));
        return again;

        RunSummary TryRestate(RunSummary run)
        {
            try
            {
                return restate(run);
            }
            catch (Exception error) when (error is LedgerDamagedException or LedgerUnavailableException)
            {
                failed++;
                return run;
            }
        }
    }

    static bool Overlaps(RunSummary run, CalendarMonth month) => run.StartedAt < month.End && MonthRuns.GetEnd(run) >= month.Start;

    readonly record struct Pair(LedgerTotal Before, LedgerTotal After);
}
