using Tonne.Instruments.Processes;

namespace Tonne.Instruments.Tests.Processes;

public class EventFdWaiterTests
{
    [Fact]
    public void A_wait_that_was_ended_before_it_began_is_none()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "needs Linux");
        using var pause = EventFdWaiter.TryCreate();

        pause!.Cancel();

        // Would take an hour each.
        pause.Wait(TimeSpan.FromHours(1));
        pause.Wait(TimeSpan.FromHours(1));
    }

    [Fact]
    public void No_time_is_no_wait()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "needs Linux");
        using var pause = EventFdWaiter.TryCreate();

        pause!.Wait(TimeSpan.Zero);
    }
}
