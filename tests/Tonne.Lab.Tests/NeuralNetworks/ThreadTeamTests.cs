using Tonne.Lab.NeuralNetworks;

namespace Tonne.Lab.Tests.NeuralNetworks;

public sealed class ThreadTeamTests
{
    [Fact]
    public void Every_item_is_done_once()
    {
        foreach (var size in new[] { 1, 2, 5 })
        {
            using var team = new ThreadTeam(size);
            for (var items = 0; items < 200; items++)
            {
                var done = new int[items];
                team.Run(items, (item, member) =>
                {
                    Assert.InRange(member, 0, size - 1);
                    Interlocked.Increment(ref done[item]);
                });
                Assert.All(done, count => Assert.Equal(1, count));
            }
        }
    }

    [Fact]
    public void Work_that_fails_is_reported_and_the_team_goes_on()
    {
        using var team = new ThreadTeam(3);
        for (var trial = 0; trial < 20; trial++)
        {
            Assert.Throws<InvalidOperationException>(() => team.Run(50, (item, _) =>
            {
                if (item == 20)
                    throw new InvalidOperationException("item 20");
            }));
            var sum = 0;
            team.Run(100, (item, _) => Interlocked.Add(ref sum, item));
            Assert.Equal(4950, sum);
        }
    }
}
