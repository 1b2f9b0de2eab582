namespace Tonne.Trials.Measuring;

/// <summary>Memory of the recorder stays below 60 MiB, whatever the run. Times are for <c>bench/light.py</c>.</summary>
public class WeightTrials
{
    [Theory]
    [InlineData("1s", "import time; time.sleep(2)")]
    [InlineData("10ms", "for n in range(1, 401):\n for i in range(250): print(f'step {i} of epoch {n}: all is well')\n print(f'Epoch {n}/400 loss={1 / n} acc=0.9')")]
    public async Task A_run_takes_at_most_60_MiB(string period, string script)
    {
        Assert.SkipUnless(TonneCommand.Executable.Contains(".tonne-build", StringComparison.Ordinal), "weighs what ./tonne builds");
        using var tonne = new TonneCommand();

        var (finished, run) = await tonne.MeasureAsync(["--period", period], Needs.Python(), "-c", script);

        finished.Expect(0);
        var overhead = run.Root["overhead"]!;
        Assert.InRange((double)overhead["peak_resident_mib"]!, 10, 60);
        Assert.True((double)overhead["cpu_s"]! > 0 && (double)overhead["sampler_cpu_s"]! > 0);
    }
}
