using Tonne.Ledgers;
using Tonne.Ledgers.PostgreSql.Reading;
using Tonne.Server.Api;
using Tonne.Server.Fleet;
using Tonne.Server.Security;

namespace Tonne.Server.Metrics;

/// <summary>The sums of a fleet for Prometheus: by node and by account, each joule once, and the states of the nodes.</summary>
/// <remarks>
/// At most <see cref="MaxNodes"/> nodes and <see cref="MaxAccounts"/> accounts have series of their own, those with the largest emissions; the others are
/// one, <c>other</c>, so that the number of series does not grow with the fleet.
/// </remarks>
/// <param name="store">The database.</param>
/// <param name="time">The clock.</param>
sealed class FleetMetrics(IFleetStore store, TimeProvider time)
{
    /// <summary>Most nodes with series of their own.</summary>
    public const int MaxNodes = 1_000;

    /// <summary>Most accounts with series of their own.</summary>
    public const int MaxAccounts = 200;

    const string Other = "other";
    const string Unknown = "unknown";

    /// <summary>Sums by node and by account, those with the largest emissions first. They may be some seconds old.</summary>
    /// <param name="person">Who asks, and sees the sums of their own rows.</param>
    /// <exception cref="LedgerUnavailableException">The database does not answer.</exception>
    public (IReadOnlyList<KeyValuePair<string, GroupSum>> Nodes, IReadOnlyList<KeyValuePair<string, GroupSum>> Accounts) ReadSums(Person person)
    {
        var sums = store.SumUp(person);
        return (Select(sums.Machines, MaxNodes), Select(sums.Accounts, MaxAccounts));
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

    static List<KeyValuePair<string, GroupSum>> Select(IReadOnlyDictionary<string, GroupSum> sums, int most)
    {
        var rows = sums.OrderByDescending(static row => row.Value.EmissionsKg).ThenBy(static row => row.Key, StringComparer.Ordinal)
            .Select(static row => KeyValuePair.Create(row.Key.Length > 0 ? row.Key : Unknown, row.Value)).ToList();
        return rows.Count <= most ? rows
            : [.. rows.Take(most), KeyValuePair.Create(Other, rows.Skip(most).Aggregate(default(GroupSum), static (sum, row) => sum.Add(row.Value)))];
    }
}
