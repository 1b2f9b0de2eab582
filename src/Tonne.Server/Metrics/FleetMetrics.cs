using Tonne.Ledgers;
using Tonne.Ledgers.Totals;
using Tonne.Server.Api;
using Tonne.Server.Fleet;
using Tonne.Server.Security;

namespace Tonne.Server.Metrics;

/// <summary>The sums of a fleet for Prometheus: by node and by account, each joule once, and the states of the nodes.</summary>
/// <remarks>
/// At most <see cref="MaxNodes"/> nodes and <see cref="MaxAccounts"/> accounts have series of their own, those with the largest emissions; the others are
/// one, <c>other</c>, so that the number of series does not grow with the fleet. Computed anew after <see cref="FreshFor"/>.
/// </remarks>
/// <param name="runs">The runs.</param>
/// <param name="store">The database.</param>
/// <param name="time">The clock.</param>
sealed class FleetMetrics(IRunDirectory runs, IFleetStore store, TimeProvider time)
{
    /// <summary>Most nodes with series of their own.</summary>
    public const int MaxNodes = 1_000;

    /// <summary>Most accounts with series of their own.</summary>
    public const int MaxAccounts = 200;

    const string Other = "other";
    const string Unknown = "unknown";

    static readonly TimeSpan FreshFor = TimeSpan.FromMinutes(1);

    // Each person sees the sums of their own rows.
    readonly Dictionary<string, (IReadOnlyList<GroupSum> Nodes, IReadOnlyList<GroupSum> Accounts, long Computed)> _sums = new(StringComparer.Ordinal);

    /// <summary>A node or an account.</summary>
    /// <param name="Name">Its name; <c>other</c> for all that have none of their own, <c>unknown</c> for runs that name none.</param>
    /// <param name="Runs">Ended runs.</param>
    /// <param name="EnergyKwh">Energy at the plug, kWh.</param>
    /// <param name="EmissionsKg">Operational and embodied emissions, kg CO2e.</param>
    public sealed record GroupSum(string Name, long Runs, double EnergyKwh, double EmissionsKg);

    /// <summary>Sums by node and by account. For one thread at a time.</summary>
    /// <param name="key">Whose sums: <see cref="IRunDirectory.ReaderKey"/>.</param>
    /// <exception cref="LedgerUnavailableException">The database does not answer.</exception>
    public (IReadOnlyList<GroupSum> Nodes, IReadOnlyList<GroupSum> Accounts) ReadSums(string key)
    {
        foreach (var old in _sums.Where(each => time.GetElapsedTime(each.Value.Computed) >= FreshFor).Select(each => each.Key).ToList())
            _sums.Remove(old);
        if (!_sums.TryGetValue(key, out var sums))
            _sums[key] = sums = (Sum(TotalDimension.Machine, MaxNodes), Sum(TotalDimension.Account, MaxAccounts), time.GetTimestamp());
        return (sums.Nodes, sums.Accounts);
    }

    /// <summary>Number of nodes by state, and when each of the first <see cref="MaxNodes"/> was last heard of; nothing for persons who do not own the fleet.</summary>
    /// <exception cref="LedgerUnavailableException">The database does not answer.</exception>
    public async Task<(IReadOnlyDictionary<string, int>? States, IReadOnlyList<(string Name, DateTimeOffset At)>? LastHeard)> ReadNodesAsync(HttpContext request)
    {
        if (!FleetOwnerFilter.OwnsFleet(await store.FindMembershipsAsync(RequestPerson.Of(request).Name, request.RequestAborted).ConfigureAwait(false)))
            return (null, null);
        var nodes = await store.Nodes.ListAsync(request.RequestAborted).ConfigureAwait(false);
        var now = time.GetUtcNow();
        var states = new SortedDictionary<string, int>(StringComparer.Ordinal);
        foreach (var state in new[] { NodeState.Ok, NodeState.Silent, NodeState.TooOld, NodeState.Implausible, NodeState.Revoked, NodeState.Expired })
            states[state] = 0;
        foreach (var node in nodes)
            states[NodeState.Find(node, now, VersionDocument.Current.Version)]++;
        return (states, [.. nodes.Where(static node => node is { RevokedAt: null, LastSeenAt: not null }).Take(MaxNodes).Select(static node => (node.Name, node.LastSeenAt!.Value))]);
    }

    List<GroupSum> Sum(TotalDimension by, int most)
    {
        var rows = runs.Total(new TotalQuery { By = [new TotalKey(by)] }).Rows
            .Select(static row => new GroupSum(row.Group[0] is { Length: > 0 } name ? name : Unknown, row.Runs, row.Energy.Best, row.Emissions.Best)).ToList();
        var own = rows.Take(most).ToList();
        if (rows.Count > most)
            own.Add(new GroupSum(Other, rows.Skip(most).Sum(static row => row.Runs), rows.Skip(most).Sum(static row => row.EnergyKwh), rows.Skip(most).Sum(static row => row.EmissionsKg)));
        return own;
    }
}
