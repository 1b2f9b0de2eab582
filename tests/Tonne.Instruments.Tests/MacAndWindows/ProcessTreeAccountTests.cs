using Tonne.Instruments.MacAndWindows;

namespace Tonne.Instruments.Tests.MacAndWindows;

/// <summary>Process 10 is the root; times are given in seconds.</summary>
public class ProcessTreeAccountTests
{
    const int Root = 10;

    static ProcessUsage Used(double seconds, double reaped = 0, bool hasEnded = false) =>
        new((long)(seconds * 1e9), (long)(reaped * 1e9), 1000, hasEnded);

    static double? Seconds(ProcessTreeAccount account) => account.ReadCpuNanoseconds() / 1e9;

    [Fact]
    public void Descendants_are_found_and_what_was_used_before_is_not_counted()
    {
        var system = new StandInSystem { Processes = { [Root] = (1, 5, Used(100)), [11] = (Root, 6, Used(7)), [50] = (1, 5, Used(3)) } };
        using var account = new ProcessTreeAccount(system, Root, isRootPartOfJob: true);
        Assert.Equal(0, Seconds(account));

        system.Processes[Root] = (1, 5, Used(101));
        system.Processes[11] = (Root, 6, Used(9));
        system.Processes[12] = (11, 7, Used(4));

        // 1 + 2 + 4 s; process 50 is nobody's child here.
        Assert.Equal(7, Seconds(account));
        Assert.Equal([Root, 11, 12], account.ListProcessIds().Order());
        Assert.Equal(3000, account.ReadResidentBytes());
        Assert.True(account.Contains(12));
        Assert.False(account.Contains(50));
    }

    [Fact]
    public void A_process_that_only_starts_the_job_is_not_part_of_it()
    {
        var system = new StandInSystem { Processes = { [Root] = (1, 5, Used(100)) } };
        using var account = new ProcessTreeAccount(system, Root, isRootPartOfJob: false);
        system.Processes[Root] = (1, 5, Used(110));
        system.Processes[11] = (Root, 6, Used(2));

        Assert.Equal(2, Seconds(account));
        Assert.Equal([11], account.ListProcessIds());
    }

    [Fact]
    public void A_process_whose_end_is_seen_keeps_its_last_time()
    {
        var system = new StandInSystem { Processes = { [Root] = (1, 5, Used(0)), [11] = (Root, 6, Used(0)) } };
        using var account = new ProcessTreeAccount(system, Root, isRootPartOfJob: false);
        // An open handle reads 3 s after the end.
        system.Processes[11] = (Root, 6, Used(3, hasEnded: true));
        Assert.Equal(3, Seconds(account));

        system.Processes.Remove(11);
        Assert.Equal(3, Seconds(account));
        Assert.Empty(account.ListProcessIds());
    }

    [Fact]
    public void A_process_that_is_gone_keeps_what_was_seen_of_it()
    {
        var system = new StandInSystem { Processes = { [Root] = (1, 5, Used(0)), [11] = (Root, 6, Used(0)) } };
        using var account = new ProcessTreeAccount(system, Root, isRootPartOfJob: false);
        system.Processes[11] = (Root, 6, Used(2));
        Assert.Equal(2, Seconds(account));
        system.Processes.Remove(11);

        Assert.Equal(2, Seconds(account));
    }

    [Fact]
    public void Where_the_parent_is_charged_a_child_that_was_waited_for_is_counted_once()
    {
        var system = new StandInSystem { Reaps = true, Processes = { [Root] = (1, 5, Used(0)), [11] = (Root, 6, Used(1)) } };
        using var account = new ProcessTreeAccount(system, Root, isRootPartOfJob: false);
        system.Processes[11] = (Root, 6, Used(3));
        Assert.Equal(2, Seconds(account));

        // Gone, and not yet waited for: what was counted stays counted.
        system.Processes.Remove(11);
        Assert.Equal(2, Seconds(account));
        // It had used 3.5 s at its end, 2.5 s of them in the run, and a short-lived one nobody saw 0.25 s.
        system.Processes[Root] = (1, 5, Used(0, reaped: 3.75));
        Assert.Equal(2.75, Seconds(account));
    }

    [Fact]
    public void An_orphan_that_ends_is_counted_though_its_parent_has_ended()
    {
        var system = new StandInSystem { Reaps = true, Processes = { [Root] = (1, 5, Used(0)) } };
        using var account = new ProcessTreeAccount(system, Root, isRootPartOfJob: false);
        system.Processes[11] = (Root, 6, Used(1));
        system.Processes[12] = (11, 7, Used(2));
        Assert.Equal(3, Seconds(account));
        // The parent ends first and is waited for.
        system.Processes.Remove(11);
        system.Processes[Root] = (1, 5, Used(0, reaped: 1));
        system.Processes[12] = (1, 7, Used(4));
        Assert.Equal(5, Seconds(account));
        system.Processes.Remove(12);

        Assert.Equal(5, Seconds(account));
    }

    [Fact]
    public void An_older_process_with_a_parents_id_is_not_its_child()
    {
        // Windows gives ids again: process 11 names as parent an id that is now a younger process's.
        var system = new StandInSystem { Processes = { [Root] = (1, 50, Used(0)), [11] = (Root, 6, Used(9)) } };
        using var account = new ProcessTreeAccount(system, Root, isRootPartOfJob: false);

        Assert.Empty(account.ListProcessIds());
    }

    [Fact]
    public void A_root_that_cannot_be_read_is_unknown_and_not_zero()
    {
        using var account = new ProcessTreeAccount(new StandInSystem(), Root, isRootPartOfJob: true);

        Assert.Null(account.ReadCpuNanoseconds());
    }
}
