using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;

namespace Tonne.Trials.Faults;

/// <summary>kill -9 at a random instant after the trace is open: the run is in the ledger with everything written before.</summary>
/// <remarks>
/// 200 runs in all, the instants seeded. Many runs at a time share one ledger, one list of live runs and one tree of control groups, as on
/// a cluster's login node.
/// </remarks>
public class KillTrials
{
    const int Seed = 20261122;
    const int AtOnce = 10;
    const string Period = "100ms";

    [Theory, InlineData("tonne", 80), InlineData("tonne and child", 80)]
    public async Task A_run_whose_recorder_was_killed_is_in_the_ledger_as_interrupted(string whom, int times)
    {
        using var tonne = new TonneCommand();
        var random = new Random(Seed + times + whom.Length);
        var killed = new List<Killed>();
        for (var done = 0; done < times; done += AtOnce)
            killed.AddRange(await Task.WhenAll(Enumerable.Range(done, AtOnce).Select(i => KillAsync(tonne, $"run-{i}", random.Next(900), whom))));

        var listed = await ListAsync(tonne);

        Assert.Equal(times, listed.Count);
        var late = new List<double>();
        foreach (var run in killed)
        {
            var entry = listed[run.Name];
            Assert.Equal("interrupted", (string?)entry["status"]);
            Assert.Null((int?)entry["exit_code"]);
            // Everything written before the kill is there; what was being written may be there too.
            var samples = (int)entry["samples"]!;
            Assert.True(samples >= run.SamplesBefore, $"{run.Name}: {run.SamplesBefore} samples before, {samples} after");
            Assert.Equal(samples, TraceCount.Of(run.Trace).Samples);
            late.Add(run.SinceLastWrite.TotalSeconds / 0.1);
        }

        // One run may have been late because the machine was busy with the others; half of them were not.
        late.Sort();
        TestContext.Current.TestOutputHelper?.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{whom}: periods without a sample before the kill: median {late[times / 2]:F2}, most {late[^1]:F2}"));
        Assert.True(late[times / 2] <= 1, $"in half of the runs the trace had been silent for more than {late[times / 2]:F2} periods");
        await ReadableAsync(tonne, killed[random.Next(times)].Id);
    }

    /// <summary>A program that ends by SIGINT was stopped; one that catches a signal to it alone ended by itself.</summary>
    [Theory]
    [InlineData("kill -INT $$", 130)]
    [InlineData("trap 'exit 3' INT; kill -INT $$", 3, false)]
    public async Task A_run_that_the_user_stops_is_interrupted(string script, int exitCode, bool isInterrupted = true)
    {
        using var tonne = new TonneCommand();

        (await tonne.RunAsync("run", "--quiet", "--name", "stopped", "--", "sh", "-c", script)).Expect(exitCode);

        var entry = (await ListAsync(tonne))["stopped"];
        Assert.Equal(isInterrupted ? "interrupted" : "failed", (string?)entry["status"]);
        Assert.Equal(exitCode, (int?)entry["exit_code"]);
    }

    [Fact]
    public async Task A_child_that_was_killed_alone_has_failed_with_137()
    {
        const int times = 40;
        using var tonne = new TonneCommand();
        var random = new Random(Seed);
        var killed = new List<Killed>();
        for (var done = 0; done < times; done += AtOnce)
            killed.AddRange(await Task.WhenAll(Enumerable.Range(done, AtOnce).Select(i => KillAsync(tonne, $"run-{i}", random.Next(900), "child"))));

        var listed = await ListAsync(tonne);

        Assert.Equal(times, listed.Count);
        foreach (var run in killed)
        {
            Assert.Equal(137, run.Code);
            var entry = listed[run.Name];
            Assert.Equal("failed", (string?)entry["status"]);
            Assert.Equal(137, (int?)entry["exit_code"]);
            Assert.True((int)entry["samples"]! > run.SamplesBefore, "the last sample is taken after the child's end");
        }
    }

    [Fact]
    public async Task What_a_killed_recorder_leaves_behind_is_swept_by_the_next()
    {
        using var tonne = new TonneCommand();
        var before = Leftovers();
        var killed = await KillAsync(tonne, "left", 100, "tonne and child");

        (await tonne.RunAsync("run", "-q", "--", "true")).Expect(0);

        Assert.DoesNotContain(Leftovers().Except(before), path => path.Contains(killed.Id, StringComparison.Ordinal) || path.Contains($"_{killed.ProcessId}_", StringComparison.Ordinal));
    }

    /// <summary>Runs a child that waits, and kills after the trace is open.</summary>
    static async Task<Killed> KillAsync(TonneCommand tonne, string name, int milliseconds, string whom)
    {
        var known = tonne.At($"{name}.pid");
        var seen = tonne.RunFolders().ToHashSet(StringComparer.Ordinal);
        using var process = tonne.Start("run", "-q", "--name", name, "--period", Period, "--", "/bin/sh", "-c", $"echo $$ > {known}.part; mv {known}.part {known}; exec sleep 300");
        var trace = await TraceOfAsync(tonne, name, seen, process);
        if (whom != "tonne")
            await UntilAsync(() => File.Exists(known), process, "the child did not start");
        await Task.Delay(milliseconds, TestContext.Current.CancellationToken);

        var (before, lastWrite) = (TraceCount.Of(trace), File.GetLastWriteTimeUtc(trace));
        var silent = DateTime.UtcNow - lastWrite;
        var id = process.Id;
        if (whom != "child")
            process.Kill();
        if (whom != "tonne")
            KillChild(known);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        // A child that outlives its recorder goes on and is not needed here. It may have been about to print its id.
        for (var i = 0; whom == "tonne" && i < 20 && !File.Exists(known); i++)
            await Task.Delay(10, TestContext.Current.CancellationToken);
        if (whom == "tonne" && File.Exists(known))
            Assert.True(KillChild(known), $"{name}: the child died with its recorder");
        return new Killed(name, before.Id!, id, trace, before.Samples, silent, process.ExitCode);
    }

    static bool KillChild(string known)
    {
        try
        {
            using var child = Process.GetProcessById(int.Parse(File.ReadAllText(known), CultureInfo.InvariantCulture));
            child.Kill();
            return true;
        }
        catch (ArgumentException)
        {
            return false;
        }
    }

    static async Task<string> TraceOfAsync(TonneCommand tonne, string name, HashSet<string> others, Process process)
    {
        string? found = null;
        await UntilAsync(
            () =>
            {
                // A trace exists with its opening or not at all, so each is checked once.
                foreach (var trace in tonne.RunFolders().Where(others.Add).Select(folder => Path.Combine(folder, "trace")))
                    found = TraceCount.Of(trace).Name == name ? trace : found;
                return found is not null;
            },
            process, "no trace");
        return found!;
    }

    static async Task UntilAsync(Func<bool> condition, Process process, string otherwise)
    {
        for (var i = 0; i < 6000; i++)
        {
            if (condition())
                return;
            Assert.False(process.HasExited, $"{otherwise}: tonne ended");
            await Task.Delay(5, TestContext.Current.CancellationToken);
        }

        Assert.Fail(otherwise);
    }

    static async Task<Dictionary<string, JsonNode>> ListAsync(TonneCommand tonne)
    {
        var finished = (await tonne.RunAsync("list", "--json", "--limit", "1000")).Expect(0);
        return JsonNode.Parse(finished.Output)!["runs"]!.AsArray().ToDictionary(run => (string)run!["name"]!, run => run!, StringComparer.Ordinal);
    }

    /// <summary>Checks that an interrupted run can be read like any other.</summary>
    static async Task ReadableAsync(TonneCommand tonne, string id)
    {
        var shown = new RunJson((await tonne.RunAsync("show", id, "--json")).Expect(0).Output);
        Assert.Equal("interrupted", shown.Status);
        Measuring.ChargeTrials.Conserved(shown);
        Assert.Contains("interrupted", (await tonne.RunAsync("show", id)).Expect(0).Output, StringComparison.Ordinal);
    }

    /// <summary>Control groups and notices of live runs.</summary>
    static string[] Leftovers() =>
    [
        .. Directory.Exists("/sys/fs/cgroup") ? Directory.EnumerateDirectories("/sys/fs/cgroup", "tonne-*", new EnumerationOptions { RecurseSubdirectories = true, IgnoreInaccessible = true, MaxRecursionDepth = 4 }) : [],
        .. Directory.Exists("/tmp/tonne-live") ? Directory.EnumerateFiles("/tmp/tonne-live") : [],
    ];

    sealed record Killed(string Name, string Id, int ProcessId, string Trace, int SamplesBefore, TimeSpan SinceLastWrite, int Code);
}
