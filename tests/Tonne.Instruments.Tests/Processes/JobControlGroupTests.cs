using System.Diagnostics;
using Tonne.Instruments.Processes;

namespace Tonne.Instruments.Tests.Processes;

public class JobControlGroupTests
{
    [Fact]
    public void Every_process_of_a_group_is_listed_and_not_only_the_first()
    {
        var ids = new List<int>();

        JobControlGroup.ParseIds("17\n0\n4194304\n23\n"u8, ids);

        Assert.Equal([17, 4194304, 23], ids);
    }

    [Fact]
    public void A_list_that_is_no_list_is_read_as_far_as_it_is_one()
    {
        var ids = new List<int>();

        JobControlGroup.ParseIds("17\n\n18\nx\n19\n"u8, ids);

        Assert.Equal([17, 18], ids);
    }

    [Fact]
    public void A_process_that_joins_is_listed_at_the_next_look_however_soon_that_is()
    {
        using var group = JobControlGroup.TryCreate("list-of-a-group", out var refusals);
        Assert.SkipWhen(group is null, "no control group may be made here: " + string.Join("; ", refusals));
        Assert.Empty(group.ListProcessIds());
        using var first = Sleeper();
        using var second = Sleeper();
        try
        {
            File.WriteAllText(group.EnterFiles[0], first.Id.ToString());
            Assert.True(group.Contains(first.Id));
            File.WriteAllText(group.EnterFiles[0], second.Id.ToString());

            Assert.True(group.Contains(second.Id));
            Assert.Equal(2, group.ListProcessIds().Count);
        }
        finally
        {
            first.Kill();
            second.Kill();
            first.WaitForExit();
            second.WaitForExit();
        }
    }

    static Process Sleeper() => Process.Start(new ProcessStartInfo("sleep", "60") { UseShellExecute = false })!;
}
