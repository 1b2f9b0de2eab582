using System.Diagnostics;
using System.Globalization;

namespace Tonne.Trials.Measuring;

/// <summary>A job that uses n CPU-seconds is charged what the model gives for n, whatever its shape and whatever runs beside it.</summary>
/// <remarks>
/// n is the CPU time that the kernel reported to the job about itself; the energy per CPU-second is computed here from the record's
/// factors. Each job is charged within 2 %. A tool that polls /proc charges 1 %, 26–83 % and 91 % for children shorter than its sample.
/// </remarks>
[Collection(nameof(Alone))]
public class ChargeTrials
{
    static readonly string Burner = Path.Combine(TonneCommand.Repository, "trials", "Tonne.Trials", "Measuring", "burn.py");

    [Theory]
    [InlineData("direct", 0.2), InlineData("direct", 1), InlineData("direct", 3), InlineData("direct", 12)]
    [InlineData("brood", 0.2), InlineData("brood", 1), InlineData("brood", 3)]
    [InlineData("shell", 1), InlineData("orphans", 1)]
    public async Task A_job_is_charged_for_the_CPU_seconds_it_used(string shape, double seconds)
    {
        using var tonne = new TonneCommand();
        await ChargedRightly(tonne, shape, seconds);
    }

    [Fact]
    public async Task Children_that_nobody_waits_for_are_charged_through_the_control_group()
    {
        Needs.ControlGroups();
        using var tonne = new TonneCommand();
        await ChargedRightly(tonne, "unreaped", 1);
    }

    [Fact]
    public async Task On_a_machine_with_more_to_do_than_processors_each_job_is_charged_for_itself_alone()
    {
        using var tonne = new TonneCommand();
        var crowd = new List<Process>();
        try
        {
            for (var i = 0; i < Environment.ProcessorCount; i++)
                crowd.Add(tonne.StartOther(Needs.Python(), "-c", "while True: pass"));
            await Task.WhenAll(
                ChargedRightly(tonne, "direct", 0.2), ChargedRightly(tonne, "brood", 0.2), ChargedRightly(tonne, "direct", 1),
                ChargedRightly(tonne, "brood", 1), ChargedRightly(tonne, "direct", 3), ChargedRightly(tonne, "brood", 12));
        }
        finally
        {
            crowd.ForEach(process => process.Kill());
        }
    }

    static async Task ChargedRightly(TonneCommand tonne, string shape, double seconds)
    {
        var report = tonne.At($"used-{Guid.NewGuid():N}");
        var (finished, run) = await tonne.MeasureAsync(["-q"], Needs.Python(), Burner, report, shape, seconds.ToString(CultureInfo.InvariantCulture));
        finished.Expect(0);

        var used = double.Parse(await File.ReadAllTextAsync(report), CultureInfo.InvariantCulture);
        Assert.True(used >= seconds, $"the burner stopped at {used} of {seconds} s");
        var charged = run.Microjoules("cpu", "job") / 1e6;
        var price = new RecordedPrices(tonne, run.Id).BusyThreadSecond;
        var ratio = charged / (used * price);
        TestContext.Current.TestOutputHelper?.WriteLine($"{shape} {seconds} s: used {used:F4} s, counted {run.JobCpuSeconds:F4} s, charged {charged:F4} J, ratio {ratio:F4}");
        Assert.True(ratio is > 0.98 and < 1.02,
            $"{shape} {seconds} s: used {used:F4} s at {price:F4} J/s, charged {charged:F4} J for {run.JobCpuSeconds:F4} s: {ratio:P1}; warnings: {string.Join(", ", run.Warnings)}");
        Conserved(run);
    }

    internal static void Conserved(RunJson run)
    {
        foreach (var component in run.Components)
        {
            Assert.Equal((long)component["machine_uj"]!, (long)component["job_uj"]! + (long)component["others_uj"]! + (long)component["idle_uj"]! + ((long?)component["unexplained_uj"] ?? 0));
            foreach (var part in new[] { "job", "others", "idle", "machine" })
                Assert.Equal((long)component[$"{part}_uj"]! / 3.6e12, (double)component[$"{part}_kwh"]!, 1e-15);
        }
    }
}
