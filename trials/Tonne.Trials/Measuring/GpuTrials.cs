using System.Globalization;
using System.Text.Json.Nodes;
using Tonne.NvmlStandIn;

namespace Tonne.Trials.Measuring;

/// <summary>GPUs with known power behind NVML's own functions, metered by <c>tonne run</c> end to end.</summary>
public class GpuTrials
{
    /// <summary>Runs a job of so many seconds on scripted GPUs. <c>@JOB</c> in the script is the job's process.</summary>
    static async Task<RunJson> PlayAsync(TonneCommand tonne, string script, double seconds, string period = "100ms", int code = 0)
    {
        Assert.SkipUnless(StandInLibrary.CanBuild, StandInLibrary.NoCompiler);
        var (clock, id) = (tonne.At("clock"), tonne.At("job.pid"));
        await File.WriteAllBytesAsync(clock, new byte[8], TestContext.Current.CancellationToken);
        tonne.Environment["TONNE_NVML"] = StandInLibrary.CopyInto(tonne.Folder);
        tonne.Environment["TONNE_NVML_SCRIPT"] = tonne.Write("gpus", $"clock {clock}\n" + script.Replace("@JOB", "@" + id, StringComparison.Ordinal));
        // A child of the command's shell, as with most jobs.
        var (finished, run) = await tonne.MeasureAsync(["-q", "--period", period], "sh", "-c", "\"$@\"; exit $?", "sh", Needs.Python(),
            Path.Combine(TonneCommand.Repository, "trials", "Tonne.Trials", "Measuring", "gpu_clock.py"), clock, id, seconds.ToString(CultureInfo.InvariantCulture));
        finished.Expect(code);
        ChargeTrials.Conserved(run);
        return run;
    }

    static JsonNode Gpu(RunJson run, int index) =>
        Assert.Single(run.Components, component => (string)component["component"]! == "gpu" && (string?)component["device"] == index.ToString(CultureInfo.InvariantCulture));

    static double Joules(JsonNode component, string part) => (long)component[part + "_uj"]! / 1e6;

    [Fact]
    public async Task The_energy_of_a_GPU_is_the_scripts_to_one_refresh_bursts_and_all()
    {
        using var tonne = new TonneCommand();
        // 80 W, and 700 W for 30 ms of every 130 ms from 0.2 s on: 20 bursts within 2.8 s. A second card at a steady 61.5 W.
        var run = await PlayAsync(tonne, "gpu\nlimit 700\nrefresh 50 17\npower -10 80\nbursts 0.2 2.8 0.13 0.03 700 80\nprocess @JOB 0 inf 60\ngpu\nname NVIDIA L4\narch 8\nlimit 72\nrefresh 20\npower -10 61.5\n", 3);

        var truth = (80 * 3) + (20 * 0.03 * 620);
        Assert.InRange(Joules(Gpu(run, 0), "machine") - truth, -0.05 * 700, 0.05 * 700);
        Assert.InRange(Joules(Gpu(run, 1), "machine") - (61.5 * 3), -0.02 * 61.5 - 0.01, (0.02 * 61.5) + 0.01);
        Assert.Equal("measured", (string?)Gpu(run, 0)["quality"]);
        // Alone on the first, and not on the second at all.
        Assert.Equal(Joules(Gpu(run, 0), "machine"), Joules(Gpu(run, 0), "job"), 20d);
        Assert.Equal(0, Joules(Gpu(run, 1), "job"));
        Assert.Empty(run.Gaps);
    }

    [Fact]
    public async Task Two_processes_on_one_GPU_have_each_their_part()
    {
        using var tonne = new TonneCommand();
        // Process 1 is alive and is not our child.
        var run = await PlayAsync(tonne, "gpu\nlimit 700\nrefresh 20\npower -10 500\nprocess @JOB 0 inf 75\nprocess 1 0 inf 25\n", 4);

        var gpu = Gpu(run, 0);
        Assert.InRange(Joules(gpu, "machine"), 1985, 2015);
        // Use is split 3 to 1, idle power 1 to 1: the job's part is between.
        Assert.InRange(Joules(gpu, "job") / Joules(gpu, "machine"), 0.5, 0.75);
        Assert.InRange(Joules(gpu, "others") / Joules(gpu, "machine"), 0.25, 0.5);
    }

    // codecarbon#567, #689: the GPUs of all users counted for one.
    [Fact]
    public async Task A_GPU_that_the_job_may_not_use_is_the_machines_alone()
    {
        using var tonne = new TonneCommand();
        tonne.Environment["CUDA_VISIBLE_DEVICES"] = "1";
        var run = await PlayAsync(tonne, "gpu\npower -10 400\nprocess 1 0 inf 90\ngpu\npower -10 100\nprocess @JOB 0 inf 50\n", 1.5);

        Assert.Equal(0, Joules(Gpu(run, 0), "job"));
        Assert.InRange(Joules(Gpu(run, 0), "machine"), 550, 650);
        Assert.True(Joules(Gpu(run, 1), "job") > 70);
        Assert.Contains("devices-excluded", run.Warnings);
    }

    // codecarbon#1316: pre-Volta cards were 0 kWh.
    [Fact]
    public async Task A_card_without_an_energy_counter_is_integrated_and_not_zero()
    {
        using var tonne = new TonneCommand();
        var run = await PlayAsync(tonne, "gpu\nname Tesla P100-PCIE-16GB\narch 4\nlimit 250\ncounter none\nsensor usage\naverage 0\nrefresh 20\npower -10 40\npower 1 240\npower 2 40\nprocess @JOB 0 inf 80\n", 3, "50ms");

        // 40 + 240 + 40 J; each edge is seen at a sample, 50 ms and a refresh late at most.
        Assert.InRange(Joules(Gpu(run, 0), "machine"), 320 - (0.07 * 200), 320 + (0.07 * 200));
        Assert.Equal("measured", (string?)Gpu(run, 0)["quality"]);
        Assert.Contains("gpu-power-integrated", run.Warnings);
    }

    [Fact]
    public async Task A_GPU_lost_half_way_is_counted_till_then_and_the_command_ends_well()
    {
        using var tonne = new TonneCommand();
        var run = await PlayAsync(tonne, "gpu\nrefresh 20\npower -10 300\nprocess @JOB 0 inf 80\ncode * 1 inf 15\n", 2);

        Assert.InRange(Joules(Gpu(run, 0), "machine"), 0.8 * 300, 1.05 * 300);
        var gap = Assert.Single(run.Gaps, gap => (string?)gap!["meter"] == "nvml:gpu-0");
        Assert.Contains("fallen off the bus", (string?)gap!["reason"]);
        Assert.Contains("gpu-lost", run.Warnings);
        Assert.Contains("unmetered", run.Warnings);
    }

    [Fact]
    public async Task The_doctor_names_GPUs_and_says_what_is_missing_of_them()
    {
        using var tonne = new TonneCommand();
        Assert.SkipUnless(StandInLibrary.CanBuild, StandInLibrary.NoCompiler);
        tonne.Environment["TONNE_NVML"] = StandInLibrary.CopyInto(tonne.Folder);
        tonne.Environment["TONNE_NVML_SCRIPT"] = tonne.Write("gpus", "gpu\npower 0 90\ngpu\nname Tesla K80\narch 2\ncounter none\nsensor usage\naverage 0\npower 0 60\ngpu\ncode * 0 inf 17\n");

        var doctor = (await tonne.RunAsync("doctor")).Expect(0).Output;

        Assert.Contains("nvml:gpu-0 ", doctor);
        Assert.Contains("energy counter, summed", doctor);
        Assert.Contains("GPU 1 (Tesla K80): no energy counter", doctor);
        Assert.Contains("the operating system blocks the GPU", doctor);
        Assert.Contains("srun --gres=gpu:1", doctor);
    }
}
