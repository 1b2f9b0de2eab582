using Tonne.Ledgers.Pushing;

namespace Tonne.Ledgers.Tests.Pushing;

/// <summary>Nodes compared with those of the same hardware, by arithmetic done by hand.</summary>
public class NodePeersTests
{
    static KeyValuePair<string, NodeMeasures> Node(int number, double? idle, string hardware = "cpu") =>
        new($"n{number}", new NodeMeasures { Run = "r", Hardware = hardware, IdleWatts = idle });

    static IReadOnlyList<NodeDeviation> Compare(params double[] idle) => NodePeers.Compare(idle.Select((watts, i) => Node(i, watts)));

    [Fact]
    public void A_node_far_from_the_median_of_its_peers_is_found_with_its_score()
    {
        // Sorted 80 90 100 110 120 130 310: median 110; deviations 0 10 10 20 20 30 200: MAD 20; 0.6745 × 200 ÷ 20 = 6.745.
        var found = Assert.Single(Compare(100, 90, 110, 310, 120, 80, 130));

        Assert.Equal(("n3", "idle_w", 310, 110, 6), (found.Node, found.Measure, found.Value, found.Median, found.Peers));
        Assert.Equal(6.745, found.Score, 12);
    }

    [Fact]
    public void One_that_draws_too_little_is_found_too()
    {
        // Median 100, MAD 0; at least 5 % of the median: (40 − 100) ÷ 5 = −12.
        Assert.Equal(-12, Assert.Single(Compare(100, 100, 100, 100, 100, 100, 40)).Score, 12);
    }

    [Theory]
    [InlineData(117.5, 0)]
    [InlineData(117.6, 1)]
    public void Machines_that_are_alike_may_differ_by_three_and_a_half_times_five_percent(double watts, int found) =>
        Assert.Equal(found, Compare(100, 100, 100, 100, 100, 100, watts).Count);

    [Theory]
    [InlineData(5, 0)]
    [InlineData(6, 1)]
    public void Five_peers_are_needed(int nodes, int found) =>
        Assert.Equal(found, Compare([310, .. Enumerable.Repeat(100d, nodes - 1)]).Count);

    [Fact]
    public void Only_nodes_of_the_same_hardware_and_with_a_value_are_peers()
    {
        var nodes = Enumerable.Range(0, 5).Select(i => Node(i, 100)).ToList();

        Assert.Empty(NodePeers.Compare([.. nodes, Node(8, 400, "another cpu"), Node(9, null)]));
        Assert.Single(NodePeers.Compare([.. nodes, Node(8, 400)]));
    }

    [Fact]
    public void Almost_half_of_the_nodes_being_wrong_hides_none_of_them()
    {
        // Median 100 (of 7), deviations 0 0 0 0 300 300 300: MAD 0. The three are outliers and not the four.
        Assert.Equal(["n4", "n5", "n6"], Compare(100, 100, 100, 100, 400, 400, 400).Select(one => one.Node));
    }
}
