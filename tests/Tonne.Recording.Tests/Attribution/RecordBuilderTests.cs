using Tonne.Hardware;
using Tonne.Quantities;
using Tonne.Recording.Attribution;
using Tonne.Recording.Metering;
using Tonne.Recording.Traces;
using Tonne.Runs;
using static Tonne.Recording.Tests.Attribution.ScriptedTrace;

namespace Tonne.Recording.Tests.Attribution;

public class RecordBuilderTests
{
    const long Joule = 1_000_000;

    static ComponentEnergy Of(RunRecord record, Component component) => Assert.Single(record.Components, part => part.Component == component);

    static double Rated(RunRecord record, IEnumerable<RatedAmount> amounts) =>
        amounts.Sum(amount => amount.Amount * record.Opening.Rates.Single(rate => rate.Id == amount.Rate).Derivation.Value);

    [Fact]
    public void A_job_alone_is_charged_the_busy_price_of_its_cpu_seconds()
    {
        // 10 s, 2 threads, 6 busy s, all the job's: job = 6 × 5 W = 30 J; nobody holds 14 idle thread·s × 1 W = 14 J.
        var record = Modelled().Sample(0, 0, 0).Sample(10, 6, 6).End(10).Record();

        var cpu = Of(record, Component.Cpu);
        Assert.Equal(30 * Joule, cpu.JobMicrojoules);
        Assert.Equal(0, cpu.OthersMicrojoules);
        Assert.Equal(14 * Joule, cpu.IdleMicrojoules);
        Assert.Equal(44 * Joule, cpu.MachineMicrojoules);
    }

    [Fact]
    public void A_neighbour_never_changes_the_price_of_a_cpu_second()
    {
        var alone = Modelled().Sample(0, 0, 0).Sample(10, 3, 3).End(10).Record();
        var crowded = Modelled().Sample(0, 0, 0).Sample(10, 20, 3).End(10).Record();

        Assert.Equal(15 * Joule, Of(alone, Component.Cpu).JobMicrojoules);
        Assert.Equal(15 * Joule, Of(crowded, Component.Cpu).JobMicrojoules);
        // Others: 17 s × (5 − 1) W of active energy; what they hold is idle to us, since no run of tonne claims it.
        Assert.Equal(68 * Joule, Of(crowded, Component.Cpu).OthersMicrojoules);
    }

    [Fact]
    public void Two_runs_at_once_charge_each_other_to_others_and_agree_on_the_machine()
    {
        // A uses 4 s, B uses 6 s, someone else 2 s, of 20 thread·s.
        var a = Modelled().Sample(0, 0, 0).Sample(10, 12, 4, 6).End(10).Record();
        var b = Modelled().Sample(0, 0, 0).Sample(10, 12, 6, 4).End(10).Record();

        var (ours, theirs) = (Of(a, Component.Cpu), Of(b, Component.Cpu));
        Assert.Equal(20 * Joule, ours.JobMicrojoules);
        Assert.Equal(30 * Joule, theirs.JobMicrojoules);
        Assert.Equal(ours.MachineMicrojoules, theirs.MachineMicrojoules);
        Assert.Equal(ours.IdleMicrojoules, theirs.IdleMicrojoules);
        // Jobs 50, the third party's active 2 × 4, idle (1 − 10/20) × 20 × 1: 68 J = 12 × 5 + 8 × 1.
        Assert.Equal(68 * Joule, ours.JobMicrojoules + theirs.JobMicrojoules + (8 * Joule) + ours.IdleMicrojoules);
        Assert.Equal(theirs.JobMicrojoules + (8 * Joule), ours.OthersMicrojoules);
    }

    [Theory]
    [InlineData(SharePolicy.Share)]
    [InlineData(SharePolicy.Marginal)]
    [InlineData(SharePolicy.Machine)]
    public void Job_others_and_idle_are_the_machine_to_the_microjoule_and_so_are_stages_and_quarter_hours(SharePolicy policy)
    {
        var random = new Random(11);
        for (var trial = 0; trial < 50; trial++)
        {
            var trace = Modelled(policy, trial % 3 == 0 ? 0.5 : null);
            double at = 0, busy = 0, job = 0, peers = 0;
            trace.Sample(0, 0, 0);
            for (var i = 0; i < 40; i++)
            {
                var dt = random.NextDouble() * 60;
                var load = random.NextDouble() * 2 * dt;
                (at, busy) = (at + dt, busy + load);
                job += load * random.NextDouble() * 0.7;
                peers += load * random.NextDouble() * 0.3;
                trace.Sample(at, busy, job, peers, random.NextInt64(8_000_000_000));
                if (random.Next(5) == 0)
                    trace.Mark(at - (dt * random.NextDouble()), new Mark(MarkKind.Stage, 0, "s" + random.Next(3)));
                if (random.Next(4) == 0)
                    trace.Mark(at - (dt * random.NextDouble()), new Mark(MarkKind.Epoch, 0, Number: i));
            }

            var record = trace.End(at, jobSeconds: job * (0.95 + (0.1 * random.NextDouble()))).Record();

            foreach (var part in record.Components)
            {
                Assert.Equal(part.MachineMicrojoules, part.JobMicrojoules + part.OthersMicrojoules + part.IdleMicrojoules);
                Assert.Equal(part.JobMicrojoules, record.Stages.SelectMany(stage => stage.Energy).Where(use => use.Component == part.Component).Sum(use => use.Microjoules));
                Assert.Equal(part.JobMicrojoules, record.QuarterHours.SelectMany(quarter => quarter.Energy).Where(use => use.Component == part.Component).Sum(use => use.Microjoules));
                Assert.Equal(Rated(record, part.Machine) * 1e6, part.MachineMicrojoules, 100d);
                Assert.Equal(Rated(record, part.Job) * 1e6, part.JobMicrojoules, 200d);
            }

            Assert.Equal(record.DurationSeconds, record.Stages.Sum(stage => stage.DurationSeconds), 6);
        }
    }

    [Fact]
    public void Everything_else_is_k_times_and_follows_the_processors()
    {
        // CPU 44 J, memory 8 GB × 0.25 W × 10 s = 20 J; other = 0.4 × 64 = 25.6 J, the job's part of it 30/44.
        var record = Modelled().Sample(0, 0, 0).Sample(10, 6, 6).End(10).Record();

        var other = Of(record, Component.Other);
        Assert.Equal(25_600_000, other.MachineMicrojoules);
        Assert.Equal(25_600_000 * 30 / 44d, other.JobMicrojoules, 2d);
    }

    [Fact]
    public void Memory_is_charged_by_resident_share()
    {
        // 2 of 8 GB held: 2 × 0.25 W × 10 s = 5 J.
        var record = Modelled().Sample(0, 0, 0, resident: 2_000_000_000).Sample(10, 6, 6, resident: 2_000_000_000).End(10).Record();

        Assert.Equal(5 * Joule, Of(record, Component.Memory).JobMicrojoules);
        Assert.Equal(15 * Joule, Of(record, Component.Memory).IdleMicrojoules);
    }

    [Fact]
    public void Cpu_time_that_polling_missed_is_spread_by_the_busy_time_nobody_claimed()
    {
        // Children shorter than a sample: polling saw nothing; the kernel settles 3 s. The machine was busy 1 s, then 3 s.
        var record = Modelled().Sample(0, 0, 0).Sample(5, 1, 0).Sample(10, 4, 0)
            .Mark(5, new Mark(MarkKind.Stage, 0, "second")).End(10, jobSeconds: 3).Record();

        Assert.Equal(15 * Joule, Of(record, Component.Cpu).JobMicrojoules);
        var second = Assert.Single(record.Stages, stage => stage.Name == "second");
        Assert.Equal(11_250_000, second.Energy.Single(use => use.Component == Component.Cpu).Microjoules, 2d);
        Assert.Contains(record.Warnings, warning => warning.Code == "settled-at-exit");
    }

    [Fact]
    public void A_tick_that_makes_a_job_look_busier_than_the_machine_is_taken_back_later()
    {
        var record = Modelled().Sample(0, 0, 0).Sample(1, 0.49, 0.5).Sample(2, 1.01, 1.0).End(2).Record();

        Assert.Equal(5 * Joule, Of(record, Component.Cpu).JobMicrojoules);
        // Machine 1.01 s, job 1.00 s: others 0.01 s × (5 − 1) W.
        Assert.Equal(40_000, Of(record, Component.Cpu).OthersMicrojoules, 5d);
    }

    [Fact]
    public void Ticks_beyond_what_the_machine_has_threads_for_belong_to_the_next_slice()
    {
        // Two threads: 2 thread·s in each second. The kernel's ticks say 2.02 and 1.98.
        var record = Modelled().Sample(0, 0, 0).Sample(1, 2.02, 1).Sample(2, 4, 2).End(2).Record();

        Assert.Equal(4 * 5 * Joule, Of(record, Component.Cpu).MachineMicrojoules);
        Assert.Equal(2 * 5 * Joule, Of(record, Component.Cpu).JobMicrojoules);
    }

    [Fact]
    public void Another_run_that_reports_late_what_it_used_makes_the_machine_no_busier()
    {
        // The other run used 1 s in each second and reported nothing in the first, all of it in the second; the machine was busy with nothing else.
        var record = Modelled().Sample(0, 0, 0).Sample(1, 1, 0, peers: 0).Sample(2, 2, 0, peers: 2).Sample(3, 3, 0, peers: 3).End(3).Record();

        // 3 s busy at 5 W and 3 s idle at 1 W, all of the busy ones another run's.
        var cpu = Of(record, Component.Cpu);
        Assert.Equal(((3 * 5) + 3) * Joule, cpu.MachineMicrojoules);
        Assert.Equal((0, 3 * 5 * Joule, 3 * Joule), (cpu.JobMicrojoules, cpu.OthersMicrojoules, cpu.IdleMicrojoules));
    }

    [Fact]
    public void A_metered_package_is_split_by_use_above_its_idle_power_and_by_what_is_held_below()
    {
        // 10 s, 100 J; idle 2 W → B = 20 J, A = 80 J. Busy 8 s of which 4 the job's: u = 0.5; h = 4/20 = 0.2.
        // Job 0.5 × 80 + 0.2 × 20 = 44; others 0.5 × 80 = 40; idle 0.8 × 20 = 16.
        var record = Metered()
            .Sample(0, Seconds(0), Seconds(0), Reading.FromValue(5))
            .Sample(10, Seconds(8), Seconds(4), Reading.FromValue((100 * Joule) + 5)).End(10).Record();

        var cpu = Of(record, Component.Cpu);
        Assert.Equal((44 * Joule, 40 * Joule, 16 * Joule, 100 * Joule), (cpu.JobMicrojoules, cpu.OthersMicrojoules, cpu.IdleMicrojoules, cpu.MachineMicrojoules));
        Assert.Equal(44, Rated(record, cpu.Job), 9);
        Assert.Equal(40 * Joule, Of(record, Component.Other).MachineMicrojoules);
    }

    [Fact]
    public void The_marginal_policy_leaves_idle_energy_to_nobody()
    {
        var record = Metered(SharePolicy.Marginal)
            .Sample(0, Seconds(0), Seconds(0), Reading.FromValue(0))
            .Sample(10, Seconds(8), Seconds(4), Reading.FromValue(100 * Joule)).End(10).Record();

        Assert.Equal((40 * Joule, 40 * Joule, 20 * Joule), (Of(record, Component.Cpu).JobMicrojoules, Of(record, Component.Cpu).OthersMicrojoules, Of(record, Component.Cpu).IdleMicrojoules));
    }

    [Fact]
    public void A_meter_that_falls_silent_for_a_while_is_bridged_by_its_own_counter()
    {
        var record = Metered()
            .Sample(0, Seconds(0), Seconds(0), Reading.FromValue(0))
            .Sample(5, Seconds(4), Seconds(2), Reading.FromGapReason("permission denied"))
            .Sample(10, Seconds(8), Seconds(4), Reading.FromValue(100 * Joule)).End(10).Record();

        Assert.Equal(100 * Joule, Of(record, Component.Cpu).MachineMicrojoules);
        Assert.Empty(record.Gaps);
        Assert.Contains(record.Warnings, warning => warning.Code == "gap-bridged");
    }

    [Fact]
    public void A_meter_that_never_comes_back_leaves_a_gap_and_not_a_zero()
    {
        var record = Metered()
            .Sample(0, Seconds(0), Seconds(0), Reading.FromValue(0))
            .Sample(5, Seconds(4), Seconds(2), Reading.FromValue(50 * Joule))
            .Sample(10, Seconds(8), Seconds(4), Reading.FromGapReason("permission denied")).End(10).Record();

        var gap = Assert.Single(record.Gaps);
        Assert.Equal((5d, 10d, "permission denied"), (gap.From, gap.To, gap.Reason));
        Assert.Equal(50 * Joule, Of(record, Component.Cpu).MachineMicrojoules);
        Assert.Contains(record.Warnings, warning => warning.Code == "unmetered");
    }

    [Fact]
    public void A_counter_that_stands_still_is_a_gap_and_not_a_measured_zero()
    {
        var still = Metered()
            .Sample(0, Seconds(0), Seconds(0), Reading.FromValue(7))
            .Sample(5, Seconds(4), Seconds(2), Reading.FromValue(7)).End(5).Record();
        var tooShort = Metered()
            .Sample(0, Seconds(0), Seconds(0), Reading.FromValue(7))
            .Sample(0.5, Seconds(0.4), Seconds(0.2), Reading.FromValue(7)).End(0.5).Record();

        Assert.Equal((0d, 5d, "the counter did not change"), (Assert.Single(still.Gaps).From, still.Gaps[0].To, still.Gaps[0].Reason));
        Assert.Contains(still.Warnings, warning => warning.Code == "unmetered");
        Assert.Equal("the time was below the counter's resolution", Assert.Single(tooShort.Gaps).Reason);
    }

    [Fact]
    public void A_reset_is_a_gap_of_its_own_slice_only()
    {
        var record = Metered()
            .Sample(0, Seconds(0), Seconds(0), Reading.FromValue(90_000 * Joule))
            .Sample(5, Seconds(4), Seconds(2), Reading.FromValue(90_050 * Joule))
            .Sample(10, Seconds(8), Seconds(4), Reading.FromValue(10 * Joule))
            .Sample(15, Seconds(12), Seconds(6), Reading.FromValue(60 * Joule)).End(15).Record();

        Assert.Equal(100 * Joule, Of(record, Component.Cpu).MachineMicrojoules);
        Assert.Equal((5d, 10d), (Assert.Single(record.Gaps).From, record.Gaps[0].To));
    }

    [Fact]
    public void An_epoch_reaches_back_to_the_one_before_and_never_before_its_stage()
    {
        static IReadOnlyDictionary<string, double> Loss(double loss) => new Dictionary<string, double> { ["loss"] = loss };
        var record = Modelled().Sample(0, 0, 0)
            .Mark(2, new Mark(MarkKind.Stage, 0, "train", DataIn: new DataShape(950_000, 512)))
            .Mark(5, new Mark(MarkKind.Epoch, 0, Number: 1, Metrics: Loss(1.2)))
            .Mark(5.01, new Mark(MarkKind.Epoch, 0, Number: 1, Metrics: new Dictionary<string, double> { ["accuracy"] = 0.45 }))
            .Mark(8, new Mark(MarkKind.Epoch, 0, Number: 2, Metrics: Loss(0.9)))
            .Mark(9, new Mark(MarkKind.StageEnd, 0))
            .Sample(10, 10, 10).End(10).Record();

        Assert.Equal([(1, 2d, 3d), (2, 5d, 3d)], record.Epochs.Select(epoch => (epoch.Number, epoch.StartSeconds, Math.Round(epoch.DurationSeconds, 6))));
        Assert.Equal(0.45, record.Epochs[0].Metrics["accuracy"]);
        Assert.Equal(new DataShape(950_000, 512), record.Stages[0].DataIn);
        Assert.Equal((StageRecord.Outside, 3d), (record.Stages[^1].Name, Math.Round(record.Stages[^1].DurationSeconds, 6)));
        Assert.Equal(15 * Joule, record.Epochs[0].Energy.Single(use => use.Component == Component.Cpu).Microjoules, 5d);
    }

    [Fact]
    public void Energy_is_kept_by_quarter_hours_of_utc()
    {
        // Starts at 11:50; 20 minutes cross 12:00 only (11:45, 12:00).
        var record = Modelled().Sample(0, 0, 0).Sample(1200, 1200, 1200).End(1200).Record();

        Assert.Equal(["11:45", "12:00"], record.QuarterHours.Select(quarter => quarter.Start.ToString("HH:mm")));
        Assert.Equal(3000 * Joule, record.QuarterHours[0].Energy.Single(use => use.Component == Component.Cpu).Microjoules, 5d);
    }

    [Fact]
    public void A_trace_without_an_end_is_an_interrupted_run_with_all_its_samples()
    {
        var record = Modelled().Sample(0, 0, 0).Sample(1, 1, 1).Sample(2, 2, 2).Record();

        Assert.Equal((RunStatus.Interrupted, null, 3, 2d), (record.Status, record.ExitCode, record.Samples, record.DurationSeconds));
        Assert.Equal(10 * Joule, Of(record, Component.Cpu).JobMicrojoules);
    }

    [Fact]
    public void A_run_that_the_user_stopped_is_interrupted_and_has_its_exit_code()
    {
        var record = Modelled().Sample(0, 0, 0).Sample(1, 1, 1).End(1, 130, interrupted: true).Record();

        Assert.Equal((RunStatus.Interrupted, 130), (record.Status, record.ExitCode));
    }

    [Fact]
    public void A_trace_damaged_in_the_middle_is_folded_up_to_the_damage_and_says_so()
    {
        var trace = Modelled().Sample(0, 0, 0).Sample(1, 1, 1);
        var intact = trace.Bytes.Length;
        var bytes = trace.Sample(2, 2, 2).Sample(3, 3, 3).End(3).Bytes;
        bytes[intact + 20] ^= 0x40;

        var record = RecordBuilder.Build(() => new MemoryStream(bytes));

        Assert.Equal((RunStatus.Interrupted, 1d), (record.Status, record.DurationSeconds));
        Assert.Contains(record.Warnings, warning => warning.Code == "trace-damaged");
    }

    [Fact]
    public void A_trace_without_an_opening_is_refused_with_a_reason()
    {
        var error = Assert.Throws<TraceDamagedException>(() => RecordBuilder.Build(() => new MemoryStream()));

        Assert.Contains("opening", error.Message);
    }

    // codecarbon#788: "almost twice as high as other tools on the same RAPL": the raw difference of each counter must stand beside what is reported.
    [Fact]
    public void What_each_counter_counted_by_itself_stands_beside_the_figure_and_what_is_contained_is_not_in_it()
    {
        var core = Package(1) with { Id = "rapl:core", Role = MeterRole.Contained };
        var trace = ScriptedTrace.Of(
            [Busy, Job, Package(0), core],
            [new(Component.Cpu, Quality.Measured, ["rapl:package-0"], "cpu/meter", "cpu/idle-power", null, 2, "scripted")]);
        trace.Sample(0, Seconds(0), Seconds(0), Reading.FromValue(262_143_328_850 - (20 * Joule)), Reading.FromValue(5 * Joule))
            .Sample(10, Seconds(8), Seconds(8), Reading.FromValue(80 * Joule), Reading.FromValue(65 * Joule)).End(10);

        var record = trace.Record();
        Assert.Equal([new MeterCount("rapl:package-0", 100, 10), new MeterCount("rapl:core", 60, 10)], record.Counts);
        Assert.Equal(100 * Joule, record.Components.Sum(part => part.MachineMicrojoules));
    }
}
