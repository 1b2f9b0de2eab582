using Tonne.Recording.Attribution;

namespace Tonne.Recording.Tests.Attribution;

public class UsageWindowTests
{
    // By hand: 0.75 reserved and 5 of 10 thread·s of other runs are 1.25 machines; 0.75 ÷ 1.25 and 0.5 ÷ 1.25 are one.
    [Fact]
    public void Held_shares_that_exceed_the_machine_are_scaled_to_it()
    {
        var (job, peers) = Window(job: 2, peers: 5).GetHeldShares(capacity: 10, reserved: 0.75);

        Assert.Equal(0.6, job, 1e-12);
        Assert.Equal(0.4, peers, 1e-12);
    }

    // By hand: 2 and 5 of 10 thread·s leave 0.3 to nobody.
    [Fact]
    public void Held_shares_within_the_machine_stay_as_they_are() =>
        Assert.Equal((0.2, 0.5), Window(job: 2, peers: 5).GetHeldShares(capacity: 10, reserved: null));

    /// <summary>10 s in which all busy time is of the job and of other runs.</summary>
    static UsageWindow Window(double job, double peers)
    {
        var window = new UsageWindow();
        window.Restart(0);
        window.Add(10_000_000_000, 10, job + peers, job, peers, default);
        return window;
    }
}
