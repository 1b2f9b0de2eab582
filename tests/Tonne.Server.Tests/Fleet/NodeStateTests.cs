using Tonne.Ledgers.Pushing;
using Tonne.Server.Fleet;

namespace Tonne.Server.Tests.Fleet;

public class NodeStateTests
{
    static readonly DateTimeOffset Now = new(2026, 11, 30, 12, 0, 0, TimeSpan.Zero);

    static FleetNode Node { get; } = new() { Name = "node-1", EnrolledAt = Now.AddDays(-1), LastSeenAt = Now.AddMinutes(-1),
        KeyExpiresAt = Now.AddDays(1), Report = Report };

    static NodeReport Report => new() { Version = "1.2.3" };

    [Theory]
    [InlineData("1.2.0", "ok")]
    [InlineData("1.2.9-alpha.0.4+abc", "ok")]
    [InlineData("1.1.9", "ok")]
    [InlineData("1.3.0", "too old")]
    [InlineData("2.0.0", "too old")]
    public void A_node_of_an_earlier_minor_is_too_old(string server, string state) =>
        Assert.Equal(state, NodeState.Find(Node, Now, server));

    [Fact]
    public void The_most_serious_state_is_shown()
    {
        Assert.Equal("silent", NodeState.Find(Node with { LastSeenAt = Now.AddMinutes(-16) }, Now, "9.0.0"));
        Assert.Equal("ok", NodeState.Find(Node with { LastSeenAt = Now.AddMinutes(-15) }, Now, "1.2.0"));
        Assert.Equal("silent", NodeState.Find(Node with { LastSeenAt = null }, Now, "1.2.0"));
        Assert.Equal("expired", NodeState.Find(Node with { KeyExpiresAt = Now }, Now, "1.2.0"));
        Assert.Equal("revoked", NodeState.Find(Node with { RevokedAt = Now, KeyExpiresAt = Now }, Now, "1.2.0"));
        Assert.Equal("implausible", NodeState.Find(Node with { Report = Report with { Waiting = -1 } }, Now, "1.2.0"));
        Assert.Equal("implausible",
            NodeState.Find(Node with { Report = Report with { Waiting = 1, WaitingSince = Now.AddDays(2) } }, Now, "1.2.0"));
        Assert.Equal("implausible", NodeState.Find(Node with { Report = Report with { ClockAheadSeconds = -301 } }, Now, "1.2.0"));
        Assert.Equal("ok", NodeState.Find(Node with { Report = Report with { ClockAheadSeconds = 299 } }, Now, "1.2.0"));
        Assert.Equal("implausible", NodeState.Find(Node, Now, "1.2.0", isFarFromPeers: true));
        Assert.Equal("too old", NodeState.Find(Node with { Report = Report with { Version = "unknown" } }, Now, "1.2.0"));
    }
}
