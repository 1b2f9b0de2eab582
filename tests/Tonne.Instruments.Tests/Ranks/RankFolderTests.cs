using System.Text;
using Tonne.Instruments.Processes;
using Tonne.Instruments.Ranks;
using Tonne.Runs;

namespace Tonne.Instruments.Tests.Ranks;

/// <summary>The folder in which the ranks of one node meet.</summary>
public sealed class RankFolderTests : IDisposable
{
    readonly string _parent = Path.Combine(Path.GetTempPath(), "tonne-ranks-test-" + Guid.NewGuid().ToString("N"));

    static readonly RunHolder _holder = ProcessIdentity.GetCurrent();

    public void Dispose()
    {
        if (Directory.Exists(_parent))
            Directory.Delete(_parent, recursive: true);
    }

    RankFolder Open(string key = "job", string meters = "m") => RankFolder.TryOpen(key, meters, out _, _parent)!;

    static RankState Rank(int rank, int process, long joined = 0) => new() { Rank = rank, Holder = _holder with { ProcessId = process }, JoinedAt = joined };

    [Fact]
    public void One_rank_has_the_lock_and_the_next_gets_it_when_it_is_released()
    {
        using var first = Open();
        using var second = Open();
        var held = first.TryLock();

        Assert.NotNull(held);
        Assert.Null(second.TryLock());
        held.Dispose();
        using var next = second.TryLock();
        Assert.NotNull(next);
    }

    [Fact]
    public async Task A_rank_that_waits_gets_the_lock()
    {
        using var first = Open();
        using var second = Open();
        var held = first.TryLock();
        var waiting = Task.Run(second.WaitForLock, TestContext.Current.CancellationToken);

        held!.Dispose();

        using var taken = await waiting;
        Assert.NotNull(taken);
    }

    [Fact]
    public void A_lock_whose_file_the_last_rank_removed_is_no_lock()
    {
        using var first = Open();
        using var held = first.TryLock();
        first.WriteGroup(new RankGroupState("20261129-000000-abcdef", "/home", 1));
        first.Remove(DateTimeOffset.UnixEpoch);

        Assert.False(Directory.Exists(first.Location));
        Assert.Null(first.TryLock());
        using var again = Open();
        using var lockAgain = again.TryLock();
        Assert.NotNull(lockAgain);
        Assert.False(again.HasRun);
    }

    [Fact]
    public void Jobs_and_machines_with_other_meters_have_folders_of_their_own()
    {
        using var one = Open("slurm:4711.0", "gpu 0");
        using var otherJob = Open("slurm:4711.1", "gpu 0");
        using var otherMeters = Open("slurm:4711.0", "gpu 1");
        using var same = Open("slurm:4711.0", "gpu 0");

        Assert.Equal(3, new[] { one, otherJob, otherMeters, same }.Select(folder => folder.Location).Distinct().Count());
    }

    [Fact]
    public void Ranks_are_read_in_the_order_of_joining_and_as_last_written()
    {
        using var folder = Open();
        folder.WriteRank(Rank(0, 12, joined: 200));
        folder.WriteRank(Rank(1, 11, joined: 100));
        Assert.Equal([1, 0], folder.ReadRanks().Select(state => state.Rank));

        folder.WriteRank(Rank(1, 11, joined: 100) with { EndedAt = 300, ExitCode = 7 });
        Assert.Equal([7, null], folder.ReadRanks().Select(state => state.ExitCode));
        folder.RemoveRank(_holder with { ProcessId = 11 });
        Assert.Equal([0], folder.ReadRanks().Select(state => state.Rank));
    }

    [Fact]
    public void A_file_that_cannot_be_read_is_no_rank()
    {
        using var folder = Open();
        File.WriteAllText(Path.Combine(folder.Location, "rank-1-1"), "{\"rank\":");
        File.WriteAllText(Path.Combine(folder.Location, "group"), "nothing");

        Assert.Empty(folder.ReadRanks());
        Assert.Null(folder.ReadGroup());
    }

    [Fact]
    public void A_hidden_group_is_not_joined()
    {
        using var folder = Open();
        var group = new RankGroupState("20261129-000000-abcdef", "/home", 123);
        folder.WriteGroup(group);
        Assert.Equal(group, folder.ReadGroup());

        folder.HideGroup();
        Assert.Null(folder.ReadGroup());
        Assert.True(folder.HasRun);
        folder.ShowGroup();
        Assert.Equal(group, folder.ReadGroup());
    }

    [Fact]
    public void Marks_are_read_once_and_a_line_cut_short_is_skipped()
    {
        using var folder = Open();
        var position = 0L;
        folder.AddMark(_holder, new Mark(MarkKind.Epoch, 5, Number: 1));
        Assert.Equal([1], folder.ReadMarks(_holder, ref position).Select(mark => mark.Number));
        Assert.Empty(folder.ReadMarks(_holder, ref position));

        File.AppendAllText(Path.Combine(folder.Location, $"marks-{_holder.ProcessId}-{_holder.ProcessStart}"), "{\"kind\":\"ep\n");
        folder.AddMark(_holder, new Mark(MarkKind.Epoch, 6, Number: 2));
        Assert.Equal([2], folder.ReadMarks(_holder, ref position).Select(mark => mark.Number));
    }

    [Fact]
    public void A_sample_can_be_asked_for_and_many_requests_do_not_block()
    {
        using var folder = Open();
        Assert.False(folder.WaitForWake(0));
        for (var i = 0; i < 100_000; i++)
            folder.Wake();
        Assert.True(folder.WaitForWake(0));
    }

    [Fact]
    public void A_link_in_the_place_of_the_folder_is_refused()
    {
        var target = Directory.CreateTempSubdirectory("tonne-ranks-target-");
        File.CreateSymbolicLink(_parent, target.FullName);
        try
        {
            Assert.Null(RankFolder.TryOpen("job", "m", out var refusal, _parent));
            Assert.Contains("link", refusal, StringComparison.Ordinal);
            Assert.Empty(target.EnumerateFileSystemInfos());
        }
        finally
        {
            File.Delete(_parent);
            target.Delete();
        }
    }

    [Fact]
    public void A_folder_that_others_may_write_to_is_refused()
    {
        Directory.CreateDirectory(_parent);
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(_parent, (UnixFileMode)0x1FF);

        Assert.Null(RankFolder.TryOpen("job", "m", out var refusal, _parent));
        Assert.NotNull(refusal);
    }

    [Fact]
    public void Groups_whose_ranks_were_killed_are_removed_by_the_next_and_young_ones_are_not()
    {
        using var dead = Open("dead");
        // No process has this start time, as after the id was given to another process, or after a restart of the machine.
        dead.WriteRank(new RankState { Rank = 0, Holder = _holder with { ProcessStart = 1 }, JoinedAt = 0 });
        using var alive = Open("alive");
        alive.WriteRank(new RankState { Rank = 0, Holder = _holder, JoinedAt = 0 });
        using var own = Open("own");
        using var held = own.TryLock();

        own.Remove(DateTimeOffset.UnixEpoch);
        Assert.True(Directory.Exists(dead.Location));
        own.Remove(DateTimeOffset.MaxValue);
        Assert.False(Directory.Exists(dead.Location));
        Assert.True(Directory.Exists(alive.Location));
    }

    [Fact]
    public void Random_bytes_in_every_file_are_no_error()
    {
        using var folder = Open();
        var random = new Random(20261129);
        for (var i = 0; i < 300; i++)
        {
            var text = new StringBuilder("{\"rank\":1,\"holder\":{\"bootId\":\"b\",\"processId\":1,\"processStart\":1},\"joinedAt\":1}");
            for (var k = random.Next(4); k >= 0; k--)
                text[random.Next(text.Length)] = (char)random.Next(32, 127);
            foreach (var name in new[] { "rank-1-1", "group", "marks-1-1" })
                File.WriteAllText(Path.Combine(folder.Location, name), text + "\n");
            var position = 0L;
            _ = folder.ReadRanks();
            _ = folder.ReadGroup();
            _ = folder.ReadMarks(new RunHolder("b", 1, 1), ref position);
        }
    }
}
