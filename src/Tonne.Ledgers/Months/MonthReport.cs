using System.Collections.Immutable;
using Tonne.Ledgers.Budgets;
using Tonne.Ledgers.Totals;

namespace Tonne.Ledgers.Months;

/// <summary>What a centre used and emitted in a month: sums that count each joule once, by account, user, project, partition and model;
/// what no job had; nodes; the largest runs; how sure it is; budgets; factors.</summary>
/// <remarks>It is computed from summaries of runs, so it is the same for a ledger in folders and for one in a database.</remarks>
public sealed record MonthReport
{
    const int MostRuns = 10;

    // Names of the sums beside those of the groups.
    const string Runs = "runs", OutsideJobsSum = "outside jobs", Node = "node", NodeRest = "node rest";

    /// <summary>The month.</summary>
    public required CalendarMonth Month { get; init; }

    /// <summary>The account that the report is of; null for all.</summary>
    public string? Account { get; init; }

    /// <summary>End of what is reported, UTC: that of the month, or when the report was made.</summary>
    public required DateTimeOffset Until { get; init; }

    /// <summary>Whether the month has not ended.</summary>
    public bool IsPartial => Until < Month.End;

    /// <summary>The sum, without groups: that of <c>tonne total --month</c>.</summary>
    public required LedgerTotal Total { get; init; }

    /// <summary>Of the sum, the runs and jobs.</summary>
    public required TotalRow Jobs { get; init; }

    /// <summary>Of the sum, the time of nodes outside jobs: idle energy and other processes, where an agent measures the node; null where
    /// none does.</summary>
    public TotalRow? OutsideJobs { get; init; }

    /// <summary>Runs and jobs by group, the largest emissions first; the last group of a name null has the runs without one.</summary>
    public required ImmutableDictionary<MonthGroup, ImmutableArray<TotalRow>> Groups { get; init; }

    /// <summary>The nodes, by name.</summary>
    public required ImmutableArray<MonthNode> Nodes { get; init; }

    /// <summary>The runs with the largest emissions in the month, at most 10.</summary>
    public required ImmutableArray<MonthRun> LargestRuns { get; init; }

    /// <summary>How the runs were accounted, the most first.</summary>
    public required ImmutableArray<MonthFactors> Factors { get; init; }

    /// <summary>Budgets at the end of what is reported.</summary>
    public ImmutableArray<BudgetState> Budgets { get; init; } = [];

    /// <summary>The change from another month; null if there is none to compare with.</summary>
    public MonthChange? Change { get; init; }

    /// <summary>Makes the report.</summary>
    /// <param name="runs">The runs of the month and of the one before, as <see cref="MonthRuns"/> reads them.</param>
    /// <param name="month">The month.</param>
    /// <param name="account">Account of the runs; null for all.</param>
    /// <param name="now">The time.</param>
    public static MonthReport Create(IReadOnlyList<RunSummary> runs, CalendarMonth month, string? account, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(runs);
        ArgumentNullException.ThrowIfNull(month);
        var query = new TotalQuery { Runs = new LedgerQuery { Account = account, Since = month.Start, Until = month.End } };
        var total = new TotalBuilder(query, GetGroups).Build([.. runs.Select(CountedRun.From)]);
        var byName = total.Rows.ToLookup(static row => row.Group[0]!, static row => row with { Group = row.Group[1..] },
            StringComparer.Ordinal);
        var until = now < month.End ? now : month.End;
        var counted = runs.Where(run => run.HasFigures && (account is null || run.Job?.Account == account) && GetPart(run, month) > 0)
            .ToList();
        return new MonthReport
        {
            Month = month,
            Account = account,
            Until = until,
            Total = total with { Rows = [] },
            Jobs = byName[Runs].SingleOrDefault() ?? new TotalSum([]).ToRow(),
            OutsideJobs = byName[OutsideJobsSum].SingleOrDefault(),
            Groups = Enum.GetValues<MonthGroup>().ToImmutableDictionary(
                static group => group, group => byName[group.ToString()].OrderByDescending(static row => row.Emissions.Best)
                    .ThenBy(static row => row.Group[0], StringComparer.Ordinal).ToImmutableArray()),
            Nodes = MonthNodes.Find(account is null ? runs : [.. runs.Where(run => run.Job?.Account == account)], month, until,
                ByNode(Node), ByNode(NodeRest)),
            LargestRuns = FindLargest(counted, month, [.. total.CountedWithOthers.Select(static run => run.Id)]),
            Factors =
            [
                .. counted.CountBy(static run => (run.Method, run.FactorsHash)).OrderByDescending(static set => set.Value)
                    .ThenBy(static set => set.Key.FactorsHash, StringComparer.Ordinal).Select(static set =>
                        new MonthFactors(set.Key.Method, set.Key.FactorsHash, set.Value)),
            ],
        };

        Dictionary<string, TotalRow> ByNode(string sum) => byName[sum].Where(static row => row.Group[0] is not null)
            .ToDictionary(static row => row.Group[0]!, StringComparer.Ordinal);
    }

    /// <summary>The part of a run's energy in a month, 0 to 1: by its quarter hours, else all in the month in which it started.</summary>
    static double GetPart(RunSummary run, CalendarMonth month) => run.Months is { } months ? months.GetValueOrDefault(month.ToString())
        : run.StartedAt >= month.Start && run.StartedAt < month.End ? 1 : 0;

    static ImmutableArray<MonthRun> FindLargest(IEnumerable<RunSummary> counted, CalendarMonth month, HashSet<string> included) =>
    [
        .. counted.Where(run => !run.CoversNode && !included.Contains(run.Id) && run.Total is not null && run.FacilityEnergy is not null)
            .Select(run => (Run: run, Part: GetPart(run, month)))
            .OrderByDescending(static one => one.Run.Total!.Bounds.Best * one.Part).ThenBy(static one => one.Run.Id,
                StringComparer.Ordinal).Take(MostRuns)
            .Select(static one => new MonthRun(one.Run, one.Part, one.Run.FacilityEnergy!.Bounds * one.Part,
                one.Run.Total!.Bounds * one.Part)),
    ];

    static IEnumerable<ImmutableArray<string?>> GetGroups(CountedRun run)
    {
        var node = run.Node ?? run.BootId;
        yield return [nameof(MonthGroup.Zone), run.Zone];
        yield return [Node, node];
        if (run.CoversNode)
        {
            yield return [OutsideJobsSum];
            yield return [NodeRest, node];
            yield break;
        }

        yield return [Runs];
        yield return [nameof(MonthGroup.Account), run.Account];
        yield return [nameof(MonthGroup.User), run.User];
        yield return [nameof(MonthGroup.Project), run.Project];
        yield return [nameof(MonthGroup.Partition), run.Partition];
        yield return [nameof(MonthGroup.Model), run.GetTag("model")];
    }
}
