using System.Globalization;

namespace Tonne.Trials.Measuring;

/// <summary>Two runs at once on one machine: each counts the other as another process, and both describe the same machine.</summary>
/// <remarks>
/// The inner run is entirely within the time of the outer one. Four independent values are compared: the inner job's own clock, the outer
/// job's own clock, the machine's /proc/stat as read by the outer job, and the outer run's record.
/// </remarks>
[Collection(nameof(Alone))]
public class NeighbourTrials
{
    /// <summary>Prints the busy seconds of the machine, burns, reports that, waits for a signal, and prints them again with its own use.</summary>
    const string Outer = """
        import os, resource, sys, time
        def stat():
            fields = [int(word) for word in open("/proc/stat").readline().split()[1:]]
            return (fields[0] + fields[1] + fields[2] + fields[5] + fields[6]) / 100
        begin, busy = time.monotonic(), stat()
        while time.process_time() < 1: pass
        open(sys.argv[1], "w").close()
        while not os.path.exists(sys.argv[2]): time.sleep(0.02)
        print(time.monotonic() - begin, stat() - busy, sum(resource.getrusage(resource.RUSAGE_SELF)[:2]))
        os._exit(sys.stdout.flush() or 0)
        """;

    [Fact]
    public async Task Each_of_two_runs_has_the_other_as_another_and_the_parts_come_from_their_own_sources()
    {
        using var tonne = new TonneCommand();
        var (ready, go) = (tonne.At("ready"), tonne.At("go"));
        var outerRun = tonne.MeasureAsync(["-q", "--name", "outer", "--period", "200ms"], Needs.Python(), "-c", Outer, ready, go);
        while (!File.Exists(ready) && !outerRun.IsCompleted)
            await Task.Delay(20, TestContext.Current.CancellationToken);
        var report = tonne.At("inner-used");
        var (innerFinished, inner) = await tonne.MeasureAsync(["-q", "--name", "inner", "--period", "200ms"],
            Needs.Python(), Path.Combine(TonneCommand.Repository, "trials", "Tonne.Trials", "Measuring", "burn.py"), report, "brood", "4");
        innerFinished.Expect(0);
        await File.WriteAllTextAsync(go, "", TestContext.Current.CancellationToken);
        var (outerFinished, outer) = await outerRun;

        var printed = outerFinished.Expect(0).Output.Split(' ').Select(word => double.Parse(word, CultureInfo.InvariantCulture)).ToArray();
        var (seconds, busy, own) = (printed[0], printed[1], printed[2]);
        var other = double.Parse(await File.ReadAllTextAsync(report, TestContext.Current.CancellationToken), CultureInfo.InvariantCulture);
        var prices = new RecordedPrices(tonne, outer.Id);
        var (idlePrice, busyPrice) = (prices.IdleThreadSecond, prices.BusyThreadSecond);
        var threads = (int)outer.Root["host"]!["threads"]!;
        TestContext.Current.TestOutputHelper?.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"outer {own:F3} s ({outer.JobCpuSeconds:F3} counted) in {seconds:F2} s ({outer.DurationSeconds:F2}), inner {other:F3} s ({inner.JobCpuSeconds:F3}), busy {busy:F2} thread·s"));
        ChargeTrials.Conserved(outer);
        ChargeTrials.Conserved(inner);
        // The job at its energy per CPU-second; the other job likewise; other busy processes at busy minus idle power; the rest is idle.
        var machine = (busy * busyPrice) + (((threads * seconds) - busy) * idlePrice);
        Near("job", own * busyPrice, outer.Microjoules("cpu", "job"), 0.02 * own * busyPrice);
        // Runs read each other's use once a second, and the inner run keeps every thread busy: the idle energy of all threads for up to a second
        // may stay with the idle part.
        var late = (0.02 * machine) + (threads * idlePrice);
        Near("others", (other * busyPrice) + ((busy - own - other) * (busyPrice - idlePrice)), outer.Microjoules("cpu", "others"), late);
        Near("idle", ((threads * seconds) - own - other) * idlePrice, outer.Microjoules("cpu", "idle"), late);
        Near("machine", machine, outer.Microjoules("cpu", "machine"), 0.02 * machine);
        Near("the inner job", other * busyPrice, inner.Microjoules("cpu", "job"), 0.02 * other * busyPrice);
        // The outer job mostly waited while the inner ran; what it used is in the inner run's other processes.
        Assert.True(inner.Microjoules("cpu", "others") >= 0);
        Assert.True(inner.Microjoules("cpu", "machine") < outer.Microjoules("cpu", "machine"));
    }

    static void Near(string what, double joules, long microjoules, double within)
    {
        var text = string.Create(CultureInfo.InvariantCulture, $"{what}: {microjoules / 1e6:F3} J, expected {joules:F3} ± {within:F3} J");
        TestContext.Current.TestOutputHelper?.WriteLine(text);
        Assert.True(Math.Abs((microjoules / 1e6) - joules) <= within, text);
    }
}
