namespace Tonne.Recording.Tests;

public class ReadingPauseTests
{
    [Theory]
    // Cost and length of the run so far, in s: 100 times the cost, at most a tenth of the run, at least 1 s.
    [InlineData(0.001, 3_600, 1)]
    [InlineData(0.1, 3_600, 10)]
    [InlineData(0.3, 9, 1)]
    [InlineData(0.3, 60, 6)]
    [InlineData(1, 864_000, 100)]
    public void A_reading_waits_by_its_cost_but_not_longer_than_a_tenth_of_the_run(double cost, double elapsed, double pause) =>
        Assert.Equal(TimeSpan.FromSeconds(pause), ReadingPause.Get(TimeSpan.FromSeconds(cost), TimeSpan.FromSeconds(elapsed)));
}
