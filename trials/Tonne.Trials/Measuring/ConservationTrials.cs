using System.Globalization;

namespace Tonne.Trials.Measuring;

/// <summary>A job and two foreign processes that work, fork and sleep in turn: each joule of the machine is somebody's, and nearly all is explained.</summary>
/// <remarks>
/// Half a minute, or as long as <c>TONNE_CONSERVATION_SECONDS</c> says (<c>./soak conservation</c>: ten minutes). The foreign processes' use is known from their own
/// <c>getrusage</c>, which the run does not read.
/// </remarks>
[Collection(nameof(Alone))]
public class ConservationTrials
{
    const int DefaultSeconds = 30;

    static int Seconds => int.TryParse(Environment.GetEnvironmentVariable("TONNE_CONSERVATION_SECONDS"), NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) ? seconds : DefaultSeconds;

    [Fact]
    public async Task Job_others_idle_and_unexplained_are_the_machine_and_little_is_unexplained()
    {
        Needs.ControlGroups();
        using var tonne = new TonneCommand();
        var script = Path.Combine(TonneCommand.Repository, "trials", "Tonne.Trials", "Measuring", "mixed.py");
        // The foreign processes begin within the run and end within it, so that all they use is in it.
        var reports = new[] { tonne.At("foreign-1"), tonne.At("foreign-2") };
        var length = Seconds.ToString(CultureInfo.InvariantCulture);
        var before = ReadBusySeconds();
        var run = tonne.MeasureAsync(["-q", "--period", "200ms"], Needs.Python(), script, tonne.At("job"), "1", (Seconds + 2).ToString(CultureInfo.InvariantCulture));
        await Task.Delay(1_000, TestContext.Current.CancellationToken);
        var foreign = reports.Select((report, i) => tonne.StartOther(Needs.Python(), script, report, $"{i + 2}", length)).ToList();
        foreach (var process in foreign)
        {
            await process.WaitForExitAsync(TestContext.Current.CancellationToken);
            Assert.Equal(0, process.ExitCode);
        }

        Assert.False(run.IsCompleted, "the run ended before the foreign processes");
        var (finished, json) = await run;
        var machineBusy = ReadBusySeconds() - before;
        finished.Expect(0);
        ChargeTrials.Conserved(json);
        var own = Read(tonne.At("job"));
        var theirs = reports.Sum(Read);
        var prices = new RecordedPrices(tonne, json.Id);
        var active = prices.BusyThreadSecond - prices.IdleThreadSecond;
        var (job, others, idle, unexplained, machine) = (json.Microjoules("cpu", "job") / 1e6, json.Microjoules("cpu", "others") / 1e6, json.Microjoules("cpu", "idle") / 1e6,
            json.Microjoules("cpu", "unexplained") / 1e6, json.Microjoules("cpu", "machine") / 1e6);
        var text = string.Create(CultureInfo.InvariantCulture, $"""
            | {json.DurationSeconds:F0} s, processors | job | others | idle | unexplained | machine |
            | --- | --- | --- | --- | --- | --- |
            | energy, modelled | {job:F1} J | {others:F1} J | {idle:F1} J | {unexplained:F2} J ({unexplained / machine:P2}) | {machine:F1} J |
            | CPU-seconds by the account of the record | {json.JobCpuSeconds:F2} | {others / active:F2} | | {unexplained / active:F2} | |
            | CPU-seconds by getrusage of the processes started here | {own:F2} | {theirs:F2} | | | |
            | busy thread-seconds by /proc/stat, a second more than the run | | | | | {machineBusy:F2} |
            """);
        TestContext.Current.TestOutputHelper?.WriteLine(text);
        if (Environment.GetEnvironmentVariable("TONNE_CONSERVATION_RESULT") is { Length: > 0 } file)
            await File.WriteAllTextAsync(file, text + "\n", TestContext.Current.CancellationToken);
        Assert.InRange(unexplained / machine, -0.03, 0.03);
        Assert.InRange(json.JobCpuSeconds, own * 0.98, (own * 1.02) + 0.05);
        // Others are at least what these two used, and with the job and what is unexplained no more than the machine was busy.
        Assert.True(others / active >= 0.97 * theirs, text);
        // Other runs of tonne, if there are any, hold a part of the idle energy too, so a second of theirs costs at most its whole price.
        Assert.True(others + unexplained <= (machineBusy - json.JobCpuSeconds + 0.1) * prices.BusyThreadSecond, text);
    }

    static double Read(string report) => double.Parse(File.ReadAllText(report), CultureInfo.InvariantCulture);

    /// <summary>user + nice + system + irq + softirq.</summary>
    static double ReadBusySeconds()
    {
        var fields = File.ReadLines("/proc/stat").First().Split(' ', StringSplitOptions.RemoveEmptyEntries)[1..].Select(word => long.Parse(word, CultureInfo.InvariantCulture)).ToArray();
        return (fields[0] + fields[1] + fields[2] + fields[5] + fields[6]) / 100.0;
    }
}
