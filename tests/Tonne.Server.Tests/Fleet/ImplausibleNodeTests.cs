using Tonne.Ledgers.Pushing;
using Tonne.Server.Fleet;

namespace Tonne.Server.Tests.Fleet;

/// <summary>What the document of a fleet says of nodes that are far from their peers.</summary>
public class ImplausibleNodeTests
{
    static readonly DateTimeOffset Now = new(2026, 11, 30, 12, 0, 0, TimeSpan.Zero);

    static FleetNode Node(string name, double idle, double gaps = 0, double pue = 1.2) => new()
    {
        Name = name,
        EnrolledAt = Now.AddDays(-1),
        LastSeenAt = Now,
        Measures = new NodeMeasures { Run = "r", Hardware = "cpu", IdleWatts = idle, GapShare = gaps, Pue = pue },
    };

    static List<FleetNode> Twelve() => [.. Enumerable.Range(0, 12).Select(i => Node($"n{i}", 100))];

    [Fact]
    public void The_reason_says_what_is_far_off_and_what_to_do()
    {
        var nodes = FleetDocument.From([.. Twelve(), Node("x", 310, gaps: 0.5, pue: 2)], Now).Nodes;

        var found = Assert.Single(nodes, node => node.State == "implausible");
        Assert.Equal("x", found.Name);
        Assert.Equal(
        [
            "Has no readings for 50 % of the time, its 12 peers of the same hardware 0 %. 'tonne agent status' there says which meter is not read.",
            "Draws 3.1 x its 12 peers of the same hardware at idle (310 W; median 100 W). Compare it with a plug; 'tonne doctor' there shows its meters, 'tonne calibrate' corrects its model.",
            "Has a PUE of 2, its 12 peers of the same hardware 1.2. Check 'pue:' and 'region:' in its tonne.yaml.",
        ], found.Reasons);
    }

    [Fact]
    public void A_wrong_clock_needs_no_peers_and_revoked_nodes_are_nobodys()
    {
        var late = Node("late", 100) with { Report = new NodeReport { Version = "99.0.0", ClockAheadSeconds = -7200 } };
        var revoked = Enumerable.Range(0, 12).Select(i => Node($"r{i}", 900) with { RevokedAt = Now }).ToList();

        Assert.Equal(["Its clock is 120 min behind the server's: set it."], Assert.Single(FleetDocument.From([late], Now).Nodes).Reasons);
        Assert.All(FleetDocument.From([.. revoked, Node("x", 310)], Now).Nodes, node => Assert.Empty(node.Reasons));
    }
}
