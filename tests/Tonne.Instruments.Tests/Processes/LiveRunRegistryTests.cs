using System.Diagnostics;
using System.Runtime.InteropServices;
using Tonne.Instruments.Files;
using Tonne.Instruments.Processes;
using Tonne.Instruments.Tests.HttpPolling;
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

    const string Written0 = "0000000000000000000\n";

    const string Written = "0000000005000000000\n";

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
    public void A_run_that_only_reads_sees_the_others_and_is_seen_by_none()
    {
        Tell(1, "0000000100000000000\n");
        using var board = new LiveRunRegistry(_me, threads: 4, Folder, claim: new LiveRunClaim(null, null, false, "boot") { Run = "watched", Follows = (_me.ProcessId, _me.ProcessStart) }, onlyReads: true);
        board.Read(0);
        board.Publish(5 * Second);
        Tell(1, "0000000101500000000\n");

        Assert.Equal(1_500_000_000, board.Read(Second).Value);
        Assert.Single(Directory.GetFiles(Folder));
        Assert.Null(board.RefusalReason);
        using var other = Join();
        Assert.Null(other.EnclosingRun);
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
        // What a run writes: 19 digits and a line feed.
        _disk.With($"live/{_me.BootId}_{PidNamespace}_{_me.ProcessId}_1", Written).With("live/00000000-boot_pid1_7_5", Written).With("live/readme", "hello").With("live/a_b_c_d", Written);
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

    // CWE-59: /tmp is everybody's, so that another user can put a link where the folder is expected.
    [Fact]
    public void A_link_in_the_place_of_the_folder_is_refused_and_nothing_is_made_or_deleted_behind_it()
    {
        _disk.With("elsewhere/00000000-boot_pid1_7_5", Written).WithLink("live", Path.Join(_disk.Root, "elsewhere"));

        using (var board = Join())
        {
            board.Publish(1);
            board.Read(0);
            Assert.False(board.IsRegistered);
            Assert.Contains("it is a link", board.RefusalReason);
        }

        Assert.Equal(["00000000-boot_pid1_7_5"], Directory.GetFiles(Path.Join(_disk.Root, "elsewhere")).Select(Path.GetFileName));
    }

    [Fact]
    public void A_folder_that_is_made_is_its_users_own()
    {
        using var board = Join();

        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, Mode(Folder));
    }

    [Fact]
    public void A_folder_in_which_others_could_replace_files_is_refused()
    {
        _disk.With("live/readme", "").WithMode("live", (UnixFileMode)0x1FF);
        using (var open = Join())
            Assert.Contains("sticky", open.RefusalReason);
        _disk.WithMode("live", (UnixFileMode)0x3FF);
        using var sticky = Join();

        Assert.True(sticky.IsRegistered);
    }

    [Fact]
    public void A_folder_of_another_user_is_refused_and_their_files_stay()
    {
        Assert.SkipUnless(Libc.GetUser() == 0, "only root can give a folder to another user");
        _disk.With("live/00000000-boot_pid1_7_5", Written);
        Assert.Equal(0, ChangeOwner(Path.Join(Folder, "00000000-boot_pid1_7_5"), 65534, 65534));
        using (var board = Join())
            board.Read(0);
        Assert.True(File.Exists(Path.Join(Folder, "00000000-boot_pid1_7_5")));

        Assert.Equal(0, ChangeOwner(Folder, 65534, 65534));
        using var refused = Join();

        Assert.Contains("another user (65534)", refused.RefusalReason);
    }

    [Fact]
    public void Only_what_a_run_has_made_is_deleted()
    {
        // Names as of an earlier boot: a text of somebody's, a link, a second name of a file elsewhere, a folder.
        _disk.With("live/b_n_1_5", "5").With("live/b_n_2_5", "000000000500000000x\n").With("live/b_n_3_5", "00000000050000000000").With("secret", Written)
            .WithLink("live/b_n_4_5", Path.Join(_disk.Root, "secret")).With("live/b_n_5_5/inside", "");
        Assert.Equal(0, AddName(Path.Join(_disk.Root, "secret"), Path.Join(Folder, "b_n_6_5")));
        using (var board = Join())
            board.Read(0);

        Assert.Equal(["b_n_1_5", "b_n_2_5", "b_n_3_5", "b_n_4_5", "b_n_5_5", "b_n_6_5"], Directory.GetFileSystemEntries(Folder).Select(Path.GetFileName).Order());
        Assert.Equal(Written, File.ReadAllText(Path.Join(_disk.Root, "secret")));
    }

    // A run of tonne in this namespace is a process; "sleep" stands for it and for the process that it attaches to.
    [Fact]
    public void A_run_of_a_process_that_another_run_follows_is_inside_it_and_neither_counts_the_other()
    {
        using var attach = Process.Start("sleep", "60");
        using var followed = Process.Start("sleep", "60");
        try
        {
            var claim = new LiveRunClaim(null, null, false, "machine") { Run = "260101-120000-aaaa", Follows = Identify(followed.Id) };
            _disk.With($"live/{_me.BootId}_{PidNamespace}_{attach.Id}_{Identify(attach.Id).Start}", Written + claim);
            var mine = claim with { Run = "260101-120000-bbbb" };

            using (var same = new LiveRunRegistry(_me, threads: 4, Folder, claim: mine))
            {
                same.Read(0);
                Assert.Equal(("260101-120000-aaaa", 0), (same.EnclosingRun, same.Peers));
            }

            // Another process, and another machine, are not inside.
            using (var other = new LiveRunRegistry(_me, threads: 4, Folder, claim: mine with { Follows = Identify(attach.Id) }))
            {
                other.Read(0);
                Assert.Equal((null, 1), (other.EnclosingRun, other.Peers));
            }

            using var elsewhere = new LiveRunRegistry(_me, threads: 4, Folder, claim: mine with { Machine = "elsewhere" });
            Assert.Null(elsewhere.EnclosingRun);
        }
        finally
        {
            attach.Kill();
            followed.Kill();
        }
    }

    [Fact]
    public void A_run_whose_parent_process_is_followed_is_inside_that_run()
    {
        using var attach = Process.Start("sleep", "60");
        try
        {
            // The parent of this process is followed.
            var parent = ProcessIdentity.GetParentId(_me.ProcessId)!.Value;
            var claim = new LiveRunClaim(null, null, false, null) { Run = "260101-120000-aaaa", Follows = Identify(parent) };
            _disk.With($"live/{_me.BootId}_{PidNamespace}_{attach.Id}_{Identify(attach.Id).Start}", Written + claim);
            using (var inside = Join())
                Assert.Equal("260101-120000-aaaa", inside.EnclosingRun);

            // The id of a process is used again: it is another one.
            var old = claim with { Follows = (parent, Identify(parent).Start + 1) };
            _disk.With($"live/{_me.BootId}_{PidNamespace}_{attach.Id}_{Identify(attach.Id).Start}", Written + old);
            using var alone = Join();
            Assert.Null(alone.EnclosingRun);
        }
        finally
        {
            attach.Kill();
        }
    }

    // The other run holds half of four threads from its first sample at 10.5 s to its last one at 13.25 s: 2.75 s · 2 threads = 5.5 s, whenever it is read.
    [Fact]
    public void A_run_holds_its_share_from_its_first_sample_to_its_last()
    {
        var clock = new HandTime();
        using var run = new LiveRunRegistry(_me, threads: 4, Folder, claim: new LiveRunClaim(0.25, null, false, "machine"), time: clock);
        var file = $"live/{_me.BootId}_pid1_7_5";
        var claim = Written + new LiveRunClaim(0.5, null, false, "machine");
        clock.Advance(10);
        run.Read(0);

        // It is there, and has not begun.
        _disk.With(file, claim + "0000000000000000000 0000000000000000000\n");
        clock.Advance(1);
        run.Read(Second);
        Assert.Equal(0, run.HeldMeter.Read(Second).Value);
        _disk.With(file, claim + "0000000010500000000 0000000000000000000\n");
        clock.Advance(1);
        run.Read(2 * Second);
        Assert.Equal(3 * Second, run.HeldMeter.Read(2 * Second).Value);
        _disk.With(file, claim + "0000000010500000000 0000000000000000000\n");
        clock.Advance(2);
        run.Read(4 * Second);
        // Counted to 14 s; its last sample was before.
        Assert.Equal(7 * Second, run.HeldMeter.Read(4 * Second).Value);
        _disk.With(file, claim + "0000000010500000000 0000000013250000000\n");
        File.Delete(Path.Join(_disk.Root, file));
        clock.Advance(1);
        run.Read(5 * Second);
        Assert.Equal(7 * Second, run.HeldMeter.Read(5 * Second).Value);

        // Another one that holds the same from 15 s on gets 1.5 s less: the sum is right again.
        _disk.With($"live/{_me.BootId}_pid1_8_5", claim + "0000000015000000000 0000000000000000000\n");
        clock.Advance(3);
        run.Read(8 * Second);

        Assert.Equal(5_500_000_000 + (3 * 2 * Second), run.HeldMeter.Read(8 * Second).Value);
        Assert.Equal(1, run.Peers);
    }

    // Whatever they claim: with a quarter of four threads reserved here, others can hold three thread-seconds a second.
    [Fact]
    public void Others_hold_no_more_than_this_run_leaves()
    {
        var clock = new HandTime();
        clock.Advance(10);
        using var run = new LiveRunRegistry(_me, threads: 4, Folder, claim: new LiveRunClaim(0.25, null, false, "machine"), time: clock);
        foreach (var id in new[] { 7, 8, 9 })
            _disk.With($"live/{_me.BootId}_pid1_{id}_5", Written + new LiveRunClaim(1, null, false, "machine") + "0000000000000000001 0000000000000000000\n");
        run.Read(0);
        var held = run.HeldMeter.Read(0).Value;

        for (var second = 1; second <= 5; second++)
        {
            clock.Advance(1);
            run.Read(second * Second);
        }

        Assert.Equal(5 * 3 * Second, run.HeldMeter.Read(5 * Second).Value - held);
    }

    [Fact]
    public void A_run_publishes_the_times_of_its_first_sample_and_its_last()
    {
        var clock = new HandTime();
        clock.Advance(5);
        string own;
        using (var run = new LiveRunRegistry(_me, threads: 4, Folder, claim: new LiveRunClaim(0.25, null, false, "machine"), time: clock))
        {
            own = Assert.Single(Directory.GetFiles(Folder));
            run.Read(0);
            Assert.Equal(Written0 + "share=0.25 machine=machine\n0000000005000000000 0000000000000000000\n", File.ReadAllText(own));
            Assert.Equal(0, AddName(own, own + "-kept"));
            clock.Advance(3);
            run.End();
            run.Read(3 * Second);
            Assert.EndsWith("\n0000000005000000000 0000000008000000000\n", File.ReadAllText(own), StringComparison.Ordinal);
            clock.Advance(1);
        }

        Assert.False(File.Exists(own));
        Assert.EndsWith("\n0000000005000000000 0000000008000000000\n", File.ReadAllText(own + "-kept"), StringComparison.Ordinal);
    }

    // What a batch script under tonne hands to the tasks of srun: their parent is Slurm's daemon, not the run.
    [Fact]
    public void A_run_that_follows_no_parent_of_a_process_does_not_measure_it()
    {
        using var run = Process.Start("sleep", "60");
        try
        {
            var parent = ProcessIdentity.GetParentId(_me.ProcessId)!.Value;
            void Claim(string id, int process, bool ranks = false) => _disk.With(
                $"live/{_me.BootId}_{PidNamespace}_{process}_{Identify(process).Start}", Written + new LiveRunClaim(null, null, false, "machine") { Run = id, IsRanked = ranks });
            Claim("260101-120000-aaaa", run.Id);
            Claim("260101-120000-bbbb", parent);

            Assert.False(LiveRunFolder.MayMeasure("260101-120000-aaaa", _me.ProcessId, Folder));
            Assert.True(LiveRunFolder.MayMeasure("260101-120000-aaaa", run.Id, Folder));
            Assert.True(LiveRunFolder.MayMeasure("260101-120000-bbbb", _me.ProcessId, Folder));
            // Not live here: the variable is believed. So it is where a recorder measures all ranks.
            Assert.True(LiveRunFolder.MayMeasure("260101-120000-cccc", _me.ProcessId, Folder));
            Claim("260101-120000-aaaa", run.Id, ranks: true);
            Assert.True(LiveRunFolder.MayMeasure("260101-120000-aaaa", _me.ProcessId, Folder));
        }
        finally
        {
            run.Kill();
        }
    }

    [Fact]
    public void A_claim_of_another_user_encloses_nothing()
    {
        Assert.SkipUnless(Libc.GetUser() == 0, "only root can give a file to another user");
        using var attach = Process.Start("sleep", "60");
        try
        {
            var name = $"{_me.BootId}_{PidNamespace}_{attach.Id}_{Identify(attach.Id).Start}";
            _disk.With($"live/{name}", Written + new LiveRunClaim(null, null, false, null) { Run = "260101-120000-aaaa", Follows = Identify(_me.ProcessId) });
            Assert.Equal(0, ChangeOwner(Path.Join(Folder, name), 65534, 65534));

            using var run = Join();

            Assert.Null(run.EnclosingRun);
        }
        finally
        {
            attach.Kill();
        }
    }

    [Fact]
    public void Of_two_runs_of_one_process_the_second_is_inside_the_first()
    {
        var claim = new LiveRunClaim(null, null, false, "machine") { Run = "260101-120000-aaaa" };
        using var first = new LiveRunRegistry(_me, threads: 4, Folder, claim: claim);
        using (var second = new LiveRunRegistry(_me, threads: 4, Folder, claim: claim with { Run = "260101-120000-bbbb" }))
        {
            second.Publish(7);
            Assert.Equal(("260101-120000-aaaa", 0), (second.EnclosingRun, second.Peers));
        }

        first.Publish(5 * Second);

        Assert.Null(first.EnclosingRun);
        Assert.StartsWith("0000000005000000000\n", File.ReadAllText(Assert.Single(Directory.GetFiles(Folder))), StringComparison.Ordinal);
    }

    static string PidNamespace => new FileInfo("/proc/self/ns/pid").LinkTarget!.Replace(":[", "", StringComparison.Ordinal).Replace("]", "", StringComparison.Ordinal);

    static (int Id, long Start) Identify(int process) => (process, ProcessIdentity.GetStartTicks(process)!.Value);

    [Fact]
    public void A_file_that_took_the_place_of_the_own_one_is_not_deleted()
    {
        string own;
        using (var board = Join())
        {
            own = Assert.Single(Directory.GetFiles(Folder));
            File.Delete(own);
            File.WriteAllText(own, "somebody's");
        }

        Assert.Equal("somebody's", File.ReadAllText(own));
    }

    [Fact]
    public void A_link_under_the_own_name_is_neither_followed_nor_deleted()
    {
        string own;
        using (var board = Join())
            own = Path.GetFileName(Assert.Single(Directory.GetFiles(Folder)));
        _disk.With("secret", "keep").WithLink($"live/{own}", Path.Join(_disk.Root, "secret"));
        using (var board = Join())
        {
            board.Publish(5);
            Assert.False(board.IsRegistered);
        }

        Assert.Equal("keep", File.ReadAllText(Path.Join(_disk.Root, "secret")));
        Assert.NotNull(new FileInfo(Path.Join(Folder, own)).LinkTarget);
    }

    static UnixFileMode Mode(string path) => OperatingSystem.IsWindows() ? default : File.GetUnixFileMode(path);

    [DllImport("libc", EntryPoint = "chown")]
    static extern int ChangeOwner([MarshalAs(UnmanagedType.LPUTF8Str)] string path, uint user, uint group);

    [DllImport("libc", EntryPoint = "link")]
    static extern int AddName([MarshalAs(UnmanagedType.LPUTF8Str)] string existing, [MarshalAs(UnmanagedType.LPUTF8Str)] string added);

    public void Dispose() => _disk.Dispose();
}
