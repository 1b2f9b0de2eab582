using Tonne.Ledgers.Pushing;
using Tonne.Server.Api;

namespace Tonne.Server.Fleet;

/// <summary>The nodes of a fleet, schema <c>tonne.fleet/1</c>.</summary>
/// <param name="Schema">Schema.</param>
/// <param name="Version">Version of the server.</param>
/// <param name="Method">Version of the accounting method of the server.</param>
/// <param name="FactorsHash">Hash of the factors of the server.</param>
/// <param name="Nodes">The nodes by name, revoked ones too.</param>
sealed record FleetDocument(string Schema, string Version, string Method, string FactorsHash, IReadOnlyList<FleetDocument.NodePart> Nodes)
{
    /// <summary>The nodes as they are now.</summary>
    public static FleetDocument From(IReadOnlyList<FleetNode> nodes, DateTimeOffset now)
    {
        var own = VersionDocument.Current;
        var far = NodePeers.Compare(nodes.Where(node => node is { RevokedAt: null, Measures: not null })
            .Select(node => KeyValuePair.Create(node.Name, node.Measures!))).ToLookup(one => one.Node, StringComparer.Ordinal);
        return new("tonne.fleet/1", own.Version, own.Method, own.FactorsHash,
            [.. nodes.Select(node => NodePart.From(node, now, own.Version, [.. far[node.Name]]))]);
    }

    /// <summary>
    /// A node; null where it has not said it yet. State: ok, silent (for more than 15 minutes), too old, revoked, expired (its key),
    /// implausible. Reasons: why it is implausible and what to do, a sentence or two each; empty if nothing is.
    /// </summary>
    public sealed record NodePart(
        string Name, string State, DateTimeOffset EnrolledAt, DateTimeOffset? KeyExpiresAt, DateTimeOffset? RevokedAt,
        DateTimeOffset? LastSeenAt, string? Version, string? FactorsHash,
        long? Waiting, DateTimeOffset? WaitingSince, long? Dropped, long Runs, string? Problem, IReadOnlyList<string> Reasons)
    {
        internal static NodePart From(FleetNode node, DateTimeOffset now, string version, IReadOnlyList<NodeDeviation> far) => new(
            node.Name, NodeState.Find(node, now, version, far.Count > 0), node.EnrolledAt, node.KeyExpiresAt, node.RevokedAt, node.LastSeenAt,
            node.Report?.Version, node.Report?.FactorsHash,
            node.Report?.Waiting, node.Report?.WaitingSince, node.Report?.Dropped, node.Runs, node.Report?.Problem, [.. ImplausibleReason.Describe(node, far)]);
    }
}
