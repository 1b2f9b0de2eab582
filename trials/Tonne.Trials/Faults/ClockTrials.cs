using System.Text.Json.Nodes;

namespace Tonne.Trials.Faults;

/// <summary>
/// The wall clock is changed during a run (injected: only its own processes see it). Durations and energies come from the monotonic clock.
/// </summary>
public class ClockTrials
{
    const string Child = """
        import os, struct, sys, time
        sys.path.insert(0, sys.argv[2])
        from tonne import marks as tonne_marks
        def step(seconds):
            with open(sys.argv[1], "r+b") as file:
                file.write(struct.pack("q", seconds))
        begin = time.monotonic()
        for number, seconds in enumerate([0, -7200, 86400 * 40, -86400 * 40, 3599], 1):
            step(seconds)
            assert abs(time.time() - first - seconds) < 60 if number > 1 else (first := time.time())
            time.sleep(0.2)
            tonne_marks.epoch(number, loss=1 / number)
        print(time.monotonic() - begin)
        """;

    [Fact]
    public async Task Steps_of_the_wall_clock_change_no_duration_and_no_energy()
    {
        using var tonne = new TonneCommand();
        Needs.Program("/usr/bin/gcc", "gcc");
        var library = tonne.At("clockstep.so");
        (await tonne.RunOtherAsync("/usr/bin/gcc", "-shared", "-fPIC", "-O1", "-o", library,
            Path.Combine(TonneCommand.Repository, "trials", "Tonne.Trials", "Faults", "clockstep.c"), "-ldl")).Expect(0);
        await File.WriteAllBytesAsync(tonne.At("step"), new byte[8], TestContext.Current.CancellationToken);
        tonne.Environment["LD_PRELOAD"] = library;
        tonne.Environment["CLOCK_STEP"] = tonne.At("step");
        var before = DateTimeOffset.UtcNow;

        var (finished, run) = await tonne.MeasureAsync(["-q", "--name", "stepped", "--period", "100ms"],
            Needs.Python(), "-c", Child, tonne.At("step"), Path.Combine(TonneCommand.Repository, "clients", "python"));

        var elapsed = double.Parse(finished.Expect(0).Output, System.Globalization.CultureInfo.InvariantCulture);
        Assert.Equal("completed", run.Status);
        Assert.True((DateTimeOffset)run.Root["started_at"]! - before < TimeSpan.FromMinutes(10));
        // Steps of hours and weeks; the rest is starting Python.
        Assert.InRange(run.DurationSeconds, elapsed, elapsed + 60);
        Assert.True(run.Samples >= 8, $"{run.Samples} samples");
        var epochs = run.Root["epochs"]!.AsArray();
        Assert.Equal(5, epochs.Count);
        Assert.All(epochs, epoch => Assert.InRange((double)epoch!["duration_s"]!, 0.15, 60));
        Measuring.ChargeTrials.Conserved(run);
        // A machine that is as idle as possible still uses its idle energy, for as long as the run lasted.
        var prices = new Measuring.RecordedPrices(tonne, run.Id);
        var threads = (int)run.Root["host"]!["threads"]!;
        Assert.InRange(run.Microjoules("cpu", "machine") / 1e6, threads * run.DurationSeconds * prices.IdleThreadSecond * 0.99, threads * run.DurationSeconds * prices.BusyThreadSecond * 1.05);

        // The clock is an hour ahead now; then two hours back: a later run with an earlier start.
        (await tonne.RunAsync("run", "-q", "--name", "ahead", "--", "true")).Expect(0);
        await File.WriteAllBytesAsync(tonne.At("step"), BitConverter.GetBytes(-7200L), TestContext.Current.CancellationToken);
        (await tonne.RunAsync("run", "-q", "--name", "behind", "--", "true")).Expect(0);
        var listed = JsonNode.Parse((await tonne.RunAsync("list", "--json")).Expect(0).Output)!["runs"]!.AsArray();
        Assert.Equal(["ahead", "behind", "stepped"], listed.Select(each => (string)each!["name"]!).Order(StringComparer.Ordinal));
        (await tonne.RunAsync("ledger", "verify")).Expect(0);
    }
}
