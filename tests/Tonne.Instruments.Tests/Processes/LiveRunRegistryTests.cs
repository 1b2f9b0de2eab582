using Tonne.Instruments.Processes;
using Tonne.Recording.Metering;
using Tonne.Runs;

namespace Tonne.Instruments.Tests.Processes;

public sealed class LiveRunRegistryTests : IDisposable
{
    const long Second = 1_000_000_000;

    readonly TreeOnDisk _disk = new();
    readonly RunHolder _me = ProcessIdentity.GetCurrent();

    string Folder => Path.Join(_disk.Root, "live");

    /// <summary>A run in another process namespace: it cannot be judged dead.</summary>
    void Tell(int id, string text) => _disk.With($"live/{_me.BootId}_pid1_{id}_5", text);

    LiveRunRegistry Join() => new(_me, threads: 4, Folder);

    [Fact]
    public void A_run_alone_has_no_peers_and_leaves_nothing_behind()
    {
        using (var board = Join())
        {
            board.Publish(5 * Second);
            Assert.True(board.IsRegistered);
            Assert.Equal(Reading.FromValue(0), board.Read(0));
            Assert.Equal("0000000005000000000\n", File.ReadAllText(Assert.Single(Directory.GetFiles(Folder))));
        }

        Assert.Empty(Directory.GetFiles(Folder));
    }

    [Fact]
    public void What_others_use_from_now_on_is_added_up()
    {
        Tell(1, "0000000100000000000\n");
        using var board = Join();
        board.Read(0);

        Tell(1, "0000000101500000000\n");
        var first = board.Read(Second);
        Tell(2, "700000000");
        var second = board.Read(2 * Second);

        // 1.5 s of the one that was there, then all 0.7 s of the one that came since.
        Assert.Equal((1_500_000_000, 2_200_000_000), (first.Value, second.Value));
        Assert.Equal(2, board.Peers);
    }

    [Fact]
    public void The_last_word_of_a_run_that_has_gone_is_still_heard()
    {
        Tell(1, "0000000000000000000\n");
        using var board = Join();
        board.Read(0);

        Tell(1, "0000000001500000000\n");
        File.Delete(Assert.Single(Directory.GetFiles(Folder), file => file.EndsWith("_1_5", StringComparison.Ordinal)));
        var after = board.Read(40 * Second);

        Assert.Equal((1_500_000_000, 0), (after.Value, board.Peers));
    }

    [Fact]
    public void A_number_beyond_what_the_machine_can_do_counts_no_more_than_that()
    {
        Tell(1, "1");
        using var board = Join();
        board.Read(0);
        Tell(1, "9000000000000000000");

        // Four threads for the second that passed and two of slack.
        Assert.Equal(12 * Second, board.Read(Second).Value);
    }

    [Theory]
    [InlineData("")]
    [InlineData("-5")]
    [InlineData("1e9")]
    [InlineData("99999999999999999999999999")]
    [InlineData("<script>")]
    public void Any_other_text_is_rejected(string text)
    {
        Tell(1, "0");
        using var board = Join();
        board.Read(0);
        Tell(1, text);

        Assert.Equal(0, board.Read(Second).Value);
    }

    [Fact]
    public void The_files_of_the_dead_and_of_earlier_boots_are_removed_and_strange_ones_left()
    {
        var pidNamespace = new FileInfo("/proc/self/ns/pid").LinkTarget!.Replace(":[", "").Replace("]", "");
        _disk.With($"live/{_me.BootId}_{pidNamespace}_{_me.ProcessId}_1", "5").With("live/00000000-boot_pid1_7_5", "5").With("live/readme", "hello").With("live/a_b_c_d", "5");
        using var board = Join();

        board.Read(0);

        Assert.Equal(0, board.Peers);
        Assert.Equal(["a_b_c_d", "readme"], Directory.GetFiles(Folder).Select(path => Path.GetFileName(path)).Where(name => !name.StartsWith(_me.BootId, StringComparison.Ordinal)).Order());
        Assert.Single(Directory.GetFiles(Folder), path => Path.GetFileName(path).StartsWith(_me.BootId, StringComparison.Ordinal));
    }

    [Fact]
    public void A_link_in_the_folder_is_not_followed()
    {
        _disk.With("secret", "0").WithLink($"live/{_me.BootId}_pid1_9_5", Path.Join(_disk.Root, "secret"));
        using var board = Join();

        board.Read(0);

        Assert.Equal(0, board.Peers);
    }

    [Fact]
    public void A_board_that_cannot_be_joined_is_no_error()
    {
        _disk.With("live", "a file in the place of the folder");
        using var board = Join();

        board.Publish(1);

        Assert.False(board.IsRegistered);
        Assert.Equal(Reading.FromValue(0), board.Read(0));
    }

    public void Dispose() => _disk.Dispose();
}
