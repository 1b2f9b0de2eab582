using System.Collections.Immutable;
using System.Globalization;
using Tonne.Quantities;

namespace Tonne.Ledgers.Totals;

/// <summary>Builds a total from all runs of a ledger.</summary>
/// <param name="query">What is counted, and the groups.</param>
/// <param name="group">The groups of a run, in place of those of the query; null for those. A run of several groups is in a row of
/// each.</param>
sealed class TotalBuilder(TotalQuery query, Func<CountedRun, IEnumerable<ImmutableArray<string?>>>? group = null)
{
    readonly Dictionary<int, string> _months = [];
    readonly bool _splitsMonths = IsMonth(query.Runs.Since) && IsMonth(query.Runs.Until) && (query.Runs.Since ?? query.Runs.Until) is not null
        || query.By.Any(key => key.Dimension is TotalDimension.Month or TotalDimension.Year);

    /// <summary>Counts the runs.</summary>
    /// <param name="runs">All runs of the ledger, in any order.</param>
    public LedgerTotal Build(IReadOnlyList<CountedRun> runs)
    {
        var withFigures = runs.Where(run => run.HasFigures).ToList();
        var included = FindIncluded(withFigures);
        var outermost = included.Count == 0 ? withFigures : withFigures.FindAll(run => !included.ContainsKey(run.Id));
        // Whoever asks for one project still shares the machine with the others.
        var idleParts = IdleParts.Find(outermost.Where(static run => !run.CoversNode));
        var nodes = NodeRemainders.Find(!outermost.Exists(static run => run.CoversNode) ? []
            : outermost.FindAll(run => Matches(run) && GetParts(run).Any(part => IsInPeriod(run, part.Month))));
        var groups = new Dictionary<Group, TotalSum>();
        var sum = new TotalSum([]);
        var (count, withoutEmbodied) = (0, 0);
        foreach (var each in outermost)
        {
            if (!Matches(each))
                continue;
            var run = nodes.Remainders.GetValueOrDefault(each.Id, each);
            var idlePart = idleParts.GetValueOrDefault(run.Id, 1) * nodes.IdleOutside.GetValueOrDefault(run.Id, 1);
            var whole = 0d;
            if (run.Months.IsEmpty || !_splitsMonths)
            {
                var month = FormatMonth(run.Start);
                if (!IsInPeriod(run, month))
                    continue;
                whole = 1;
                foreach (var row in GetGroups(run, month))
                    GetSum(row).Add(run, 1, idlePart);
            }
            else
            {
                // Months that fall into one row count as one run there.
                var parts = new Dictionary<Group, double>();
                foreach (var (month, part) in run.Months)
                {
                    if (!IsInPeriod(run, month))
                        continue;
                    whole += part;
                    foreach (var row in GetGroups(run, month))
                        parts[row] = parts.GetValueOrDefault(row) + part;
                }

                foreach (var (row, part) in parts)
                    GetSum(row).Add(run, Math.Min(part, 1), idlePart);
            }

            if (whole <= 0)
                continue;
            sum.Add(run, Math.Min(whole, 1), idlePart);
            count++;
            withoutEmbodied += run.Embodied is null ? 1 : 0;
        }

        var total = sum.ToRow();
        var rowsOfGroups = groups.Values.Select(group => group.ToRow()).ToList();
        return new LedgerTotal
        {
            Query = query,
            Rows = [.. Order(rowsOfGroups)],
            Sum = total,
            CountedWithOthers = included.Count == 0 ? [] : [.. withFigures.Where(run => included.ContainsKey(run.Id) && Matches(run) && GetParts(run).Any(part => IsInPeriod(run, part.Month)))
                .OrderBy(run => run.Id, StringComparer.Ordinal).Select(run => (run.Id, included[run.Id].In, included[run.Id].Reason))],
            WithoutFigures = [.. runs.Where(run => !run.HasFigures && Matches(run) && IsInPeriod(run, FormatMonth(run.Start))).Select(run => run.Id).Order(StringComparer.Ordinal)],
            MissingNodes = [.. FindMissingNodes(runs)],
            Warnings = [.. FindWarnings(total, count, withoutEmbodied, nodes.Exceeded)],
        };

        TotalSum GetSum(Group group) => groups.TryGetValue(group, out var known) ? known : groups[group] = new TotalSum([.. group.Values]);
    }

    /// <summary>Runs whose energy another run includes that is itself in this total. One whose outer run is not asked for counts by itself.</summary>
    Dictionary<string, (string In, CountedWith Reason)> FindIncluded(List<CountedRun> runs)
    {
        var included = IncludedRuns.Find(runs);
        if (included.Count == 0 || (query.Runs == LedgerQuery.All))
            return included;
        var containers = included.Values.Select(container => container.In).ToHashSet(StringComparer.Ordinal);
        var byId = runs.Where(run => included.ContainsKey(run.Id) || containers.Contains(run.Id))
            .GroupBy(run => run.Id, StringComparer.Ordinal).ToDictionary(group => group.Key, group => group.First(), StringComparer.Ordinal);
        return included.Where(run => IsInside(run.Key)).ToDictionary(run => run.Key, run => run.Value, StringComparer.Ordinal);

        bool IsInside(string id)
        {
            var seen = new HashSet<string>(StringComparer.Ordinal);
            while (included.TryGetValue(id, out var container) && seen.Add(id) && byId.TryGetValue(container.In, out var outer))
            {
                if (Matches(outer) && GetParts(outer).Any(part => IsInPeriod(outer, part.Month)))
                    return true;
                id = container.In;
            }

            return false;
        }
    }

    /// <summary>Nodes without a run, of the jobs that the total asks for. A run that still records, or cannot be read, has reported.</summary>
    IEnumerable<MissingNodes> FindMissingNodes(IReadOnlyList<CountedRun> runs) => MissingNodes.Find(runs
        .Where(run => run is { NodeList: not null, JobKey: not null } && Matches(run) && IsInPeriod(run, FormatMonth(run.Start))).OrderBy(run => run.Start)
        .Select(run => (run.JobKey!, run.Step, run.Restarts, run.NodeList, run.Node, run.CoversJob)));

    static IEnumerable<Warning> FindWarnings(TotalRow total, int count, int withoutEmbodied, IReadOnlyList<string> exceeded)
    {
        if (exceeded.Count > 0)
        {
            yield return new Warning(
                "runs-exceed-node", $"The runs of {string.Join(", ", exceeded.Take(3))}{(exceeded.Count > 3 ? ", …" : "")} have more "
                    + $"energy than the node itself: the sum is too high by the difference.",
                "Record jobs and node with the same PUE and calibration.");
        }

        if (total.Boundaries.Count > 1)
        {
            yield return new Warning("boundaries-differ", "The sum is of runs with different boundaries: "
                + string.Join("; ", total.Boundaries.OrderByDescending(boundary => boundary.Value).Select(boundary => $"{boundary.Key} ({boundary.Value})")) + ".",
                "Compare groups of one boundary only.");
        }

        if (withoutEmbodied > 0 && withoutEmbodied < count)
        {
            yield return new Warning("embodied-unknown", $"Embodied emissions are unknown for {withoutEmbodied} of {count} runs, and not in the sum.");
        }
    }

    IEnumerable<TotalRow> Order(List<TotalRow> rows)
    {
        if (query.By is [{ Dimension: TotalDimension.Month or TotalDimension.Year or TotalDimension.Day }, ..])
        {
            return rows.OrderBy(row => row.Group[0], StringComparer.Ordinal).ThenByDescending(row => row.Emissions.Best)
                .ThenBy(row => string.Join('\n', row.Group), StringComparer.Ordinal);
        }

        return rows.OrderByDescending(row => row.Emissions.Best).ThenBy(row => string.Join('\n', row.Group), StringComparer.Ordinal);
    }

    bool Matches(CountedRun run)
    {
        var wanted = query.Runs;
        return (wanted.Project is null || run.Project == wanted.Project)
            && (wanted.Account is null || run.Account == wanted.Account)
            && (wanted.User is null || run.User == wanted.User)
            && (wanted.Name is null || run.Name.Contains(wanted.Name, StringComparison.OrdinalIgnoreCase))
            && (wanted.Status is null || run.Status == wanted.Status)
            && (wanted.Kind is null || run.Kind == wanted.Kind)
            && wanted.Tags.All(tag => run.GetTag(tag.Key) is { } value && (tag.Value.Length == 0 || value == tag.Value));
    }

    /// <summary>The parts of a run by month; one part if the query does not split it.</summary>
    IEnumerable<(string Month, double Part)> GetParts(CountedRun run) =>
        _splitsMonths && !run.Months.IsEmpty ? run.Months.Select(month => (month.Key, month.Value)) : [(FormatMonth(run.Start), 1)];

    bool IsInPeriod(CountedRun run, string month)
    {
        if (!_splitsMonths || run.Months.IsEmpty || !IsMonth(query.Runs.Since) || !IsMonth(query.Runs.Until))
            return (query.Runs.Since is not { } since || run.Start >= since) && (query.Runs.Until is not { } until || run.Start < until);
        return (query.Runs.Since is not { } from || string.CompareOrdinal(month, FormatMonth(from)) >= 0)
            && (query.Runs.Until is not { } before || string.CompareOrdinal(month, FormatMonth(before)) < 0);
    }

    /// <summary>The groups of a run: one, unless it is grouped by every tag.</summary>
    IEnumerable<Group> GetGroups(CountedRun run, string month)
    {
        if (group is not null)
        {
            foreach (var own in group(run))
                yield return new Group(own);
            yield break;
        }

        if (query.By.Count == 0)
            yield break;
        var byTag = -1;
        var values = new string?[query.By.Count];
        for (var i = 0; i < values.Length; i++)
        {
            if (query.By[i] is { Dimension: TotalDimension.Tag, TagName: null })
                byTag = i;
            else
                values[i] = GetValue(run, query.By[i], month);
        }

        if (byTag < 0 || run.Tags.IsEmpty)
        {
            yield return new Group([.. values]);
            yield break;
        }

        foreach (var (tag, value) in run.Tags)
        {
            values[byTag] = $"{tag}={value}";
            yield return new Group([.. values]);
        }
    }

    static string FormatDay(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    static string? GetValue(CountedRun run, TotalKey key, string month) => key.Dimension switch
    {
        TotalDimension.Project => run.Project,
        TotalDimension.Account => run.Account,
        TotalDimension.User => run.User,
        TotalDimension.Month => month,
        TotalDimension.Year => month[..4],
        TotalDimension.Day => FormatDay(run.Start) is var day && day.StartsWith(month, StringComparison.Ordinal) ? day : month + "-01",
        TotalDimension.Model => run.GetTag("model"),
        TotalDimension.Campaign => run.GetTag("campaign") ?? run.GetTag("model"),
        TotalDimension.Machine => run.Node ?? run.BootId,
        TotalDimension.Zone => run.Zone,
        TotalDimension.Name => run.Name,
        TotalDimension.Status => run.Status is { } status ? EnumWords.Format(status) : null,
        _ => run.GetTag(key.TagName!),
    };

    static bool IsMonth(DateTimeOffset? time) => time is not { } known || (known.UtcDateTime is var utc && utc.Day == 1 && utc.TimeOfDay == TimeSpan.Zero);

    /// <summary>The month of a time, formatted once for all runs of it.</summary>
    string FormatMonth(DateTimeOffset time)
    {
        var utc = time.UtcDateTime;
        var number = (utc.Year * 12) + utc.Month;
        return _months.TryGetValue(number, out var month) ? month : _months[number] = utc.ToString("yyyy-MM", CultureInfo.InvariantCulture);
    }

    readonly struct Group(ImmutableArray<string?> values) : IEquatable<Group>
    {
        public ImmutableArray<string?> Values { get; } = values;

        public bool Equals(Group other) => Values.AsSpan().SequenceEqual(other.Values.AsSpan());

        public override bool Equals(object? obj) => obj is Group other && Equals(other);

        public override int GetHashCode()
        {
            var hash = default(HashCode);
            foreach (var value in Values)
                hash.Add(value, StringComparer.Ordinal);
            return hash.ToHashCode();
        }
    }
}
