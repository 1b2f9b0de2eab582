using Tonne.Hardware;
using Tonne.Quantities;
using Tonne.Recording.Metering;
using Tonne.Runs;
using static Tonne.Recording.Tests.Attribution.ScriptedTrace;

namespace Tonne.Recording.Tests.Attribution;

/// <summary>Splits the active and the idle energy of GPUs.</summary>
public class DeviceTests
{
    const long Joule = 1_000_000;

    /// <summary>A counter, an idle power of 50 W, time at work and holders. Values in a sample: busy and job CPU s, counter J, device time and the job's s, holders and the job's.</summary>
    static ScriptedTrace Metered(SharePolicy policy = SharePolicy.Share, bool excluded = false) => Of(
        [
            Busy, Job,
            new("gpu", Component.Gpu, MeterKind.EnergyCounter, MeterRole.Machine, Device: "0"),
            new("time", Component.Gpu, MeterKind.DeviceTime, MeterRole.Busy, Device: "0"),
            new("job-time", Component.Gpu, MeterKind.DeviceTime, MeterRole.Job, Device: "0"),
            new("holders", Component.Gpu, MeterKind.Holders, MeterRole.Busy, Device: "0"),
            new("job-holders", Component.Gpu, MeterKind.Holders, MeterRole.Job, Device: "0"),
        ],
        [
            new(Component.Cpu, Quality.Modelled, [], null, "cpu/idle", "cpu/busy", 2, "scripted"),
            new(Component.Gpu, Quality.Measured, ["gpu"], "gpu-0/meter", "gpu-0/idle-power", null, 1, "scripted", "0", excluded),
            new(Component.Other, Quality.Modelled, [], null, null, null, 0, "scripted"),
        ],
        policy, ("gpu-0/meter", "J", 1), ("gpu-0/idle-power", "s", 50));

    static ScriptedTrace At(ScriptedTrace trace, double at, double joules, double time, double jobTime, int holders, int jobHolders) =>
        trace.Sample(at, Seconds(0), Seconds(0), Reading.FromValue((long)(joules * Joule)), Seconds(time), Seconds(jobTime), Reading.FromValue(holders), Reading.FromValue(jobHolders));

    static ComponentEnergy Gpu(RunRecord record) => Assert.Single(record.Components, part => part.Component == Component.Gpu);

    [Fact]
    public void A_job_alone_on_a_device_is_charged_all_of_it()
    {
        var trace = Metered();
        At(trace, 0, 1000, 0, 0, 1, 1);
        At(trace, 10, 4000, 8, 8, 1, 1);

        var gpu = Gpu(trace.End(10).Record());
        Assert.Equal((3000 * Joule, 0, 0), (gpu.JobMicrojoules, gpu.OthersMicrojoules, gpu.IdleMicrojoules));
        Assert.Equal(1, gpu.HeldShare);
    }

    [Fact]
    public void A_device_that_two_share_is_split_by_time_at_work_and_its_idle_energy_by_holders()
    {
        // 3,000 J in 10 s: 500 J idle (50 W), 2,500 J active. The job worked 6 of 8 s: 1,875 J; of the idle energy it has one of two holders: 250 J.
        var trace = Metered();
        At(trace, 0, 0, 0, 0, 2, 1);
        At(trace, 10, 3000, 8, 6, 2, 1);

        var gpu = Gpu(trace.End(10).Record());
        Assert.Equal(2125 * Joule, gpu.JobMicrojoules);
        Assert.Equal(875 * Joule, gpu.OthersMicrojoules);
        Assert.Equal(0, gpu.IdleMicrojoules);
        Assert.Equal(0.5, gpu.HeldShare);
    }

    [Fact]
    public void A_device_that_nobody_holds_idles_for_nobody()
    {
        var trace = Metered();
        At(trace, 0, 0, 0, 0, 0, 0);
        At(trace, 10, 490, 0, 0, 0, 0);

        var gpu = Gpu(trace.End(10).Record());
        Assert.Equal((0, 0, 490 * Joule), (gpu.JobMicrojoules, gpu.OthersMicrojoules, gpu.IdleMicrojoules));
    }

    [Fact]
    public void Somebody_elses_work_on_a_device_the_job_does_not_hold_is_none_of_the_jobs()
    {
        var trace = Metered();
        At(trace, 0, 0, 0, 0, 1, 0);
        At(trace, 10, 3000, 8, 0, 1, 0);

        Assert.Equal((0, 3000 * Joule), (Gpu(trace.End(10).Record()).JobMicrojoules, Gpu(trace.Record()).OthersMicrojoules));
    }

    [Fact]
    public void A_job_that_has_let_go_of_the_device_before_the_last_sample_held_it_till_then()
    {
        var trace = Metered();
        At(trace, 0, 0, 0, 0, 0, 0);
        At(trace, 1, 300, 0.9, 0.9, 1, 1);
        At(trace, 2, 600, 1.8, 1.8, 0, 0);

        Assert.Equal(600 * Joule, Gpu(trace.End(2).Record()).JobMicrojoules);
    }

    [Fact]
    public void A_job_that_came_and_went_between_two_looks_held_the_device()
    {
        var trace = Metered();
        At(trace, 0, 0, 0, 0, 0, 0);
        At(trace, 1, 300, 0.9, 0.9, 0, 0);

        Assert.Equal(300 * Joule, Gpu(trace.End(1).Record()).JobMicrojoules);
    }

    [Fact]
    public void An_excluded_device_is_the_machines_and_never_the_jobs()
    {
        var trace = Metered(excluded: true);
        At(trace, 0, 0, 0, 0, 1, 1);
        At(trace, 10, 3000, 8, 8, 1, 1);

        var gpu = Gpu(trace.End(10).Record());
        Assert.Equal((0, 3000 * Joule), (gpu.JobMicrojoules, gpu.MachineMicrojoules));
        Assert.Equal(0, gpu.HeldShare);
    }

    [Fact]
    public void A_device_that_does_not_tell_its_holders_is_the_jobs_alone()
    {
        var trace = Metered();
        trace.Sample(0, Seconds(0), Seconds(0), Reading.FromValue(0), Reading.FromGapReason("?"), Reading.FromGapReason("?"), Reading.FromGapReason("?"), Reading.FromGapReason("?"));
        trace.Sample(10, Seconds(0), Seconds(0), Reading.FromValue(3000 * Joule), Reading.FromGapReason("?"), Reading.FromGapReason("?"), Reading.FromGapReason("?"), Reading.FromGapReason("?"));

        Assert.Equal(3000 * Joule, Gpu(trace.End(10).Record()).JobMicrojoules);
    }

    [Fact]
    public void A_device_without_a_meter_is_modelled_by_the_time_it_works()
    {
        // 10 s, 4 at work: 4 × 300 W + 6 × 60 W = 1,560 J; the job alone.
        var trace = Of(
            [Busy, Job, new("time", Component.Gpu, MeterKind.DeviceTime, MeterRole.Busy, Device: "0")],
            [new(Component.Gpu, Quality.Modelled, [], null, "gpu-0/idle", "gpu-0/busy", 1, "scripted", "0")],
            SharePolicy.Share, ("gpu-0/idle", "s", 60), ("gpu-0/busy", "s", 300));
        trace.Sample(0, Seconds(0), Seconds(0), Seconds(0)).Sample(10, Seconds(0), Seconds(0), Seconds(4)).End(10);

        var gpu = Gpu(trace.Record());
        Assert.Equal((1560 * Joule, Quality.Modelled), (gpu.JobMicrojoules, gpu.Quality));
    }

    [Theory]
    [InlineData(SharePolicy.Share)]
    [InlineData(SharePolicy.Marginal)]
    [InlineData(SharePolicy.Machine)]
    public void Job_others_and_idle_of_every_device_are_the_machine_and_amounts_are_the_energy(SharePolicy policy)
    {
        var random = new Random(5);
        for (var trial = 0; trial < 40; trial++)
        {
            var trace = Metered(policy, trial % 7 == 6);
            double at = 0, joules = 0, time = 0, jobTime = 0;
            for (var i = 0; i < 30; i++)
            {
                var holders = random.Next(4);
                At(trace, at, joules, time, jobTime, holders, random.Next(holders + 1));
                var dt = 0.05 + random.NextDouble();
                var work = random.NextDouble() * dt;
                (at, joules, time) = (at + dt, joules + (random.NextDouble() * 400 * dt), time + work);
                jobTime += random.NextDouble() * work;
            }

            var record = trace.End(at).Record();
            foreach (var part in record.Components)
            {
                Assert.Equal(part.MachineMicrojoules, part.JobMicrojoules + part.OthersMicrojoules + part.IdleMicrojoules);
                var prices = record.Opening.Rates.ToDictionary(rate => rate.Id, rate => rate.Derivation.Value);
                Assert.Equal(part.MachineMicrojoules / 1e6, part.Machine.Sum(amount => amount.Amount * prices[amount.Rate]), 3);
                Assert.Equal(part.JobMicrojoules / 1e6, part.Job.Sum(amount => amount.Amount * prices[amount.Rate]), policy == SharePolicy.Marginal ? 0 : 3);
            }

            Assert.Equal(record.Components.Sum(part => part.JobMicrojoules), record.Stages.Sum(stage => stage.Energy.Sum(use => use.Microjoules)));
        }
    }
}
