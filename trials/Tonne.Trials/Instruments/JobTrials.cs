using System.Diagnostics;
using System.Globalization;
using Tonne.Instruments.Files;
using Tonne.Instruments.Processes;
using Tonne.Recording.Metering;

namespace Tonne.Trials.Instruments;

/// <summary>The counters of the running kernel, compared with CPU time that was burnt on purpose.</summary>
public class JobTrials
{
    /// <summary>25 children of 20 ms each, shorter than any sample, of a parent that ignores SIGCHLD, so that no rusage ever reports them.</summary>
    const string Unseen = """
        signal.signal(signal.SIGCHLD, signal.SIG_IGN)
        for i in range(25):
            pid = os.fork()
            if pid == 0:
                burn(0.02)
                os._exit(0)
            try: os.waitpid(pid, 0)
            except ChildProcessError: pass
        """;

    static JobControlGroup Group(int? version = null)
    {
        var group = version is null
            ? JobControlGroup.TryCreate("trial", out var refusals)
            : JobControlGroup.TryCreate($"trial-v{version}", [.. ControlGroupLocator.ReadOwn().Where(place => place.Version == version)], out refusals);
        Assert.SkipWhen(group is null, $"no control group may be made here: {string.Join("; ", refusals)}");
        return group!;
    }

    [Theory, InlineData(1), InlineData(2)]
    public async Task A_control_group_counts_children_that_nobody_else_sees(int version)
    {
        using var group = Group(version);
        using var burner = new Burner(Unseen);
        burner.Enter(group.EnterFiles);
        Assert.True(group.TryReadCpu(out var before, out _));

        await burner.BurnAsync();

        Assert.True(group.TryReadCpu(out var after, out _));
        // 0.5 s by the children's own clocks; forking and loading are added.
        Assert.InRange((after - before) / 1e9, 0.5, 0.75);
        Assert.Contains(burner.Id, group.ListProcessIds());
        await burner.EndAsync();
    }

    [Fact]
    public async Task A_group_in_which_something_lives_is_left_and_an_empty_one_is_removed_with_those_below()
    {
        using var group = Group();
        using var burner = new Burner("pass");
        burner.Enter(group.EnterFiles);
        Directory.CreateDirectory(Path.Join(group.Folder, "made-by-the-job", "deeper"));

        Assert.False(group.Remove());
        Assert.True(Directory.Exists(group.Folder));
        await burner.BurnAsync();
        await burner.EndAsync();

        Assert.True(group.Remove());
        Assert.False(Directory.Exists(group.Folder));
    }

    [Fact]
    public async Task Without_a_group_the_living_are_found_to_any_depth()
    {
        using var burner = new Burner("""
            done, say = os.pipe()
            if os.fork() == 0:
                burn(0.2 if os.fork() == 0 else 0.1)
                os.write(say, b'x')
                signal.pause()
            os.read(done, 1)
            os.read(done, 1)
            """);
        var family = new ProcessTree(id => id != burner.Id && ProcessIdentity.GetStartTicks(id) is not null && ParentOf(id) == Environment.ProcessId);
        family.Update(0);
        var before = family.CpuNanoseconds;

        await burner.BurnAsync();
        family.Update(0);

        // 0.3 s in ticks of 10 ms, plus loading; three processes are alive.
        Assert.InRange((family.CpuNanoseconds - before) / 1e9, 0.27, 0.5);
        Assert.Equal(3, family.LiveIds.Count());
    }

    [Fact]
    public async Task Children_that_end_between_two_looks_come_in_by_their_parent_once()
    {
        using var burner = new Burner("""
            for i in range(10):
                pid = os.fork()
                if pid == 0:
                    burn(0.03)
                    os._exit(0)
                os.waitpid(pid, 0)
            """);
        var family = new ProcessTree(id => id != burner.Id && ParentOf(id) == Environment.ProcessId);
        family.Update(0);
        var before = family.CpuNanoseconds;
        var burning = burner.BurnAsync();
        while (!burning.IsCompleted)
        {
            family.Update(0);
            await Task.WhenAny(burning, Task.Delay(7, TestContext.Current.CancellationToken));
        }

        await burning;
        family.Update(0);

        // 0.3 s, rounded to ticks per child.
        Assert.InRange((family.CpuNanoseconds - before) / 1e9, 0.25, 0.5);
    }

    [Fact]
    public async Task Everything_together_settles_and_names_what_lives_on()
    {
        using var folder = new Wrapping.TemporaryFolder();
        using var job = new JobInstruments("trial-together", ProcessIdentity.GetCurrent(), Environment.ProcessorCount, static () => 0, liveRunsFolder: Path.Join(folder.Path, "live"));
        Assert.SkipUnless(job.IsExact, $"no control group may be made here: {string.Join("; ", job.RefusalReasons)}");
        using var burner = new Burner("burn(0.3)");
        burner.Enter(job.EnterFiles);
        var first = job.Meters.Select(meter => meter.Read(0)).ToArray();

        await burner.BurnAsync();
        var second = job.Meters.Select(meter => meter.Read(1_000_000_000)).ToArray();

        Assert.InRange((second[0].Value - first[0].Value) / 1e9, 0.3, 0.5);
        // A Python process of some MB.
        Assert.InRange(second[1].Value, 3e6, 60e6);
        Assert.Equal(Reading.FromValue(0), second[2]);
        var (settled, warnings) = job.GetFinalCpuTime();
        Assert.InRange(settled / 1e9, 0.3, 0.6);
        var warning = Assert.Single(warnings);
        Assert.Equal("descendants-alive", warning.Code);
        Assert.Contains($"({burner.Id.ToString(CultureInfo.InvariantCulture)})", warning.Text);
        await burner.EndAsync();
    }

    [Fact]
    public async Task A_run_that_dies_is_taken_off_the_board_by_the_next_look()
    {
        using var folder = new Wrapping.TemporaryFolder();
        using var orphan = await OrphanAsync();
        var me = ProcessIdentity.GetCurrent();
        using var board = new LiveRunRegistry(me, 4, Path.Join(folder.Path, "live"));
        using var theirs = new LiveRunRegistry(me with { ProcessId = orphan.Id, ProcessStart = ProcessIdentity.GetStartTicks(orphan.Id) ?? 0 }, 4, Path.Join(folder.Path, "live"));
        board.Read(0);
        theirs.Publish(700_000_000);

        Assert.Equal(700_000_000, board.Read(1_000_000_000).Value);
        Assert.Equal(1, board.Peers);
        orphan.Kill();
        while (ProcessIdentity.GetStartTicks(orphan.Id) is not null)
            await Task.Delay(5, TestContext.Current.CancellationToken);

        Assert.Equal(700_000_000, board.Read(2_000_000_000).Value);
        Assert.Equal(0, board.Peers);
        // A folder that a run makes for itself is its user's own: nobody else can put a file, or a link, into it.
        const UnixFileMode own = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
        Assert.Equal(own, OperatingSystem.IsWindows() ? own : File.GetUnixFileMode(Path.Join(folder.Path, "live")));
    }

    [Fact]
    public async Task A_run_inside_a_run_is_no_peer_of_it()
    {
        using var folder = new Wrapping.TemporaryFolder();
        using var inner = new Burner("pass");
        var me = ProcessIdentity.GetCurrent();
        using var board = new LiveRunRegistry(me, 4, Path.Join(folder.Path, "live"));
        using var theirs = new LiveRunRegistry(me with { ProcessId = inner.Id, ProcessStart = ProcessIdentity.GetStartTicks(inner.Id) ?? 0 }, 4, Path.Join(folder.Path, "live"));
        theirs.Publish(700_000_000);

        Assert.Equal((0, 0), (board.Read(0).Value, board.Peers));
        Assert.Equal((0, 0), (theirs.Read(0).Value, theirs.Peers));
        await inner.BurnAsync();
        await inner.EndAsync();
    }

    /// <summary>A process that is not our descendant: its parent has ended.</summary>
    static async Task<Process> OrphanAsync()
    {
        using var shell = Process.Start(new ProcessStartInfo("/bin/sh", ["-c", "setsid sleep 60 >/dev/null 2>&1 & echo $!"]) { RedirectStandardOutput = true, UseShellExecute = false })!;
        var id = int.Parse((await shell.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken))!, CultureInfo.InvariantCulture);
        await shell.WaitForExitAsync(TestContext.Current.CancellationToken);
        return Process.GetProcessById(id);
    }

    static int? ParentOf(int id)
    {
        var bytes = FileTree.Local.ReadBytes($"proc/{id}/stat", out var reason);
        return reason is null && ProcessStat.TryParse(bytes, out var stat) ? stat.ParentId : null;
    }
}
