using Tonne.Hardware;
using Tonne.Quantities;
using Tonne.Recording.Metering;
using Tonne.Runs;
using static Tonne.Recording.Tests.Attribution.ScriptedTrace;

namespace Tonne.Recording.Tests.Attribution;

/// <summary>Others by their own account, and the row of what no process was counted for.</summary>
public class UnexplainedTests
{
    const long Joule = 1_000_000;

    static readonly MeterDescription _processes = new("proc:processes", Component.Cpu, MeterKind.CpuTime, MeterRole.Processes);

    /// <summary>Two threads, idle 1 W and busy 5 W. Values in a sample: busy, job and all processes in s.</summary>
    static ScriptedTrace Modelled(SharePolicy policy = SharePolicy.Share) => Of(
        [Busy, Job, _processes],
        [
            new(Component.Cpu, Quality.Modelled, [], null, "cpu/idle", "cpu/busy", 2, "scripted"),
            new(Component.Other, Quality.Modelled, [], null, null, null, 0, "scripted"),
        ],
        policy);

    /// <summary>The same with a counter in J and an idle power of 2 W as the last value.</summary>
    static ScriptedTrace Metered() => Of(
        [Busy, Job, _processes, Package(0)],
        [
            new(Component.Cpu, Quality.Measured, ["rapl:package-0"], "cpu/meter", "cpu/idle-power", null, 2, "scripted"),
            new(Component.Other, Quality.Modelled, [], null, null, null, 0, "scripted"),
        ]);

    /// <summary>A device with an energy counter, 50 W bare idle power: busy and job CPU s; J; time at work in all, of the job, of all processes; holders, the job's.</summary>
    static ScriptedTrace Device() => Of(
        [
            Busy, Job, _processes,
            new("gpu", Component.Gpu, MeterKind.EnergyCounter, MeterRole.Machine, Device: "0"),
            new("time", Component.Gpu, MeterKind.DeviceTime, MeterRole.Busy, Device: "0"),
            new("job-time", Component.Gpu, MeterKind.DeviceTime, MeterRole.Job, Device: "0"),
            new("process-time", Component.Gpu, MeterKind.DeviceTime, MeterRole.Processes, Device: "0"),
            new("holders", Component.Gpu, MeterKind.Holders, MeterRole.Busy, Device: "0"),
            new("job-holders", Component.Gpu, MeterKind.Holders, MeterRole.Job, Device: "0"),
        ],
        [
            new(Component.Cpu, Quality.Modelled, [], null, "cpu/idle", "cpu/busy", 2, "scripted"),
            new(Component.Gpu, Quality.Measured, ["gpu"], "gpu-0/meter", "gpu-0/idle-power", null, 1, "scripted", "0"),
        ],
        SharePolicy.Share, ("gpu-0/meter", "J", 1), ("gpu-0/idle-power", "s", 50));

    static ComponentEnergy Part(RunRecord record, Component component) => Assert.Single(record.Components, part => part.Component == component);

    [Fact]
    public void Busy_time_that_no_process_was_counted_for_is_a_row_of_its_own()
    {
        // Ten seconds: of 12 busy thread-seconds at 4 W above idle the job used 4, others 6; 2 were interrupts.
        var record = Modelled().Sample(0, Seconds(0), Seconds(0), Seconds(0)).Sample(10, Seconds(12), Seconds(4), Seconds(10)).End(10).Record();
        var cpu = Part(record, Component.Cpu);

        Assert.Equal((12 * 4 + 20) * Joule, cpu.MachineMicrojoules);
        Assert.Equal((4 * 4 + 4) * Joule, cpu.JobMicrojoules);
        Assert.Equal(6 * 4 * Joule, cpu.OthersMicrojoules);
        Assert.Equal(16 * Joule, cpu.IdleMicrojoules);
        Assert.Equal(2 * 4 * Joule, cpu.UnexplainedMicrojoules);
        // All other parts are 0.4 of each.
        Assert.Equal(2 * 4 * 400_000, Part(record, Component.Other).UnexplainedMicrojoules);
    }

    [Fact]
    public void Processes_counted_for_more_than_the_machine_leave_a_negative_row()
    {
        // 4 busy thread-seconds, but the processes were counted for 5: 1 too many, of which 0.04 may be ticks.
        var cpu = Part(Modelled().Sample(0, Seconds(0), Seconds(0), Seconds(0)).Sample(10, Seconds(4), Seconds(1), Seconds(5)).End(10).Record(), Component.Cpu);

        Assert.Equal((long)(3.96 * 4 * Joule), cpu.OthersMicrojoules);
        Assert.Equal((long)(-0.96 * 4 * Joule), cpu.UnexplainedMicrojoules);
        Assert.Equal(cpu.MachineMicrojoules, cpu.JobMicrojoules + cpu.OthersMicrojoules + cpu.IdleMicrojoules + cpu.UnexplainedMicrojoules);
    }

    [Fact]
    public void The_jobs_and_the_idle_energy_do_not_depend_on_whether_others_are_counted()
    {
        var counted = Metered().Sample(0, Seconds(0), Seconds(0), Seconds(0), Reading.FromValue(0)).Sample(10, Seconds(8), Seconds(3), Seconds(7), Reading.FromValue(100 * Joule)).End(10).Record();
        var before = ScriptedTrace.Metered().Sample(0, Seconds(0), Seconds(0), Reading.FromValue(0)).Sample(10, Seconds(8), Seconds(3), Reading.FromValue(100 * Joule)).End(10).Record();
        foreach (var (now, then) in counted.Components.Zip(before.Components))
        {
            Assert.Equal(then.JobMicrojoules, now.JobMicrojoules);
            Assert.Equal(then.IdleMicrojoules, now.IdleMicrojoules);
            Assert.Equal(then.OthersMicrojoules, now.OthersMicrojoules + now.UnexplainedMicrojoules);
            Assert.Null(then.UnexplainedMicrojoules);
        }

        // 80 J active, 8 busy thread-seconds, 1 of no process.
        Assert.Equal(10 * Joule, Part(counted, Component.Cpu).UnexplainedMicrojoules);
    }

    [Fact]
    public void Without_a_reading_of_the_processes_others_are_unexplained()
    {
        var gap = Reading.FromGapReason("not there");
        var cpu = Part(Modelled().Sample(0, Seconds(0), Seconds(0), gap).Sample(10, Seconds(12), Seconds(4), gap).End(10).Record(), Component.Cpu);

        Assert.Equal((0, 8 * 4 * Joule), (cpu.OthersMicrojoules, cpu.UnexplainedMicrojoules));
    }

    [Fact]
    public void Processor_time_of_the_job_that_sampling_missed_is_not_that_of_others()
    {
        // Samples saw 1 of the job's 4 s. Others used 5.
        var cpu = Part(Modelled().Sample(0, Seconds(0), Seconds(0), Seconds(0)).Sample(10, Seconds(10), Seconds(1), Seconds(9)).End(10, jobSeconds: 4).Record(), Component.Cpu);

        Assert.Equal((5 * 4 * Joule, 4 * Joule), (cpu.OthersMicrojoules, cpu.UnexplainedMicrojoules));
    }

    [Fact]
    public void Busy_time_of_a_device_that_no_process_was_counted_for_is_unexplained()
    {
        // 3,000 J, 500 of them idle; 8 s at work: 4 the job's, 3 another process's.
        var trace = Device();
        trace.Sample(0, Seconds(0), Seconds(0), Seconds(0), Reading.FromValue(0), Seconds(0), Seconds(0), Seconds(0), Reading.FromValue(2), Reading.FromValue(1));
        trace.Sample(10, Seconds(0), Seconds(0), Seconds(0), Reading.FromValue(3000 * Joule), Seconds(8), Seconds(4), Seconds(7), Reading.FromValue(2), Reading.FromValue(1));
        var gpu = Part(trace.End(10).Record(), Component.Gpu);

        Assert.Equal((1250 + 250) * Joule, gpu.JobMicrojoules);
        Assert.Equal((long)(937.5 * Joule) + (250 * Joule), gpu.OthersMicrojoules);
        Assert.Equal((long)(312.5 * Joule), gpu.UnexplainedMicrojoules);
        Assert.Equal(0, gpu.IdleMicrojoules);
    }

    /// <summary>
    /// Laws over random process trees (born and ended at any time), devices and policies: job + others + idle + unexplained = machine in whole microjoules for each
    /// component; the machine's energy is that of its counters, each once; with every process counted and no interrupts, what is unexplained is ticks only.
    /// </summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void Every_joule_of_a_random_machine_is_somebodys_once(int part)
    {
        for (var seed = (part - 1) * 250; seed < part * 250; seed++)
            CheckRandomMachine(new Random(seed), seed);
    }

    static void CheckRandomMachine(Random random, int seed)
    {
        var (devices, metered, policy) = (random.Next(4), random.Next(2) == 0, (SharePolicy)random.Next(3));
        var interrupts = random.Next(2) == 0 ? 0 : random.NextDouble() * 0.2;
        List<MeterDescription> meters = [Busy, Job, _processes];
        List<ComponentBasis> bases =
        [
            metered ? new(Component.Cpu, Quality.Measured, ["rapl:package-0"], "cpu/meter", "cpu/idle-power", null, 2, "scripted")
                : new(Component.Cpu, Quality.Modelled, [], null, "cpu/idle", "cpu/busy", 2, "scripted"),
            new(Component.Other, Quality.Modelled, [], null, null, null, 0, "scripted"),
        ];
        if (metered)
            meters.Add(Package(0));
        List<(string, string, double)> rates = [];
        for (var i = 0; i < devices; i++)
        {
            var name = $"{i}";
            meters.AddRange([
                new($"gpu{i}", Component.Gpu, MeterKind.EnergyCounter, MeterRole.Machine, Device: name), new($"time{i}", Component.Gpu, MeterKind.DeviceTime, MeterRole.Busy, Device: name),
                new($"job{i}", Component.Gpu, MeterKind.DeviceTime, MeterRole.Job, Device: name), new($"all{i}", Component.Gpu, MeterKind.DeviceTime, MeterRole.Processes, Device: name),
                new($"holders{i}", Component.Gpu, MeterKind.Holders, MeterRole.Busy, Device: name), new($"mine{i}", Component.Gpu, MeterKind.Holders, MeterRole.Job, Device: name)]);
            bases.Add(new(Component.Gpu, Quality.Measured, [$"gpu{i}"], $"gpu-{i}/meter", $"gpu-{i}/idle-power", null, 1, "scripted", name, random.Next(6) == 0));
            rates.AddRange([($"gpu-{i}/meter", "J", 1), ($"gpu-{i}/idle-power", "s", 50)]);
        }

        var trace = Of([.. meters], [.. bases], policy, [.. rates]);
        // Processes of the job and others, each with the device that it uses, if any.
        var processes = new List<(bool IsJob, int Device)>();
        var (busy, job, all, joules) = (0d, 0d, 0d, 0L);
        var gpu = new (long Joules, double Time, double Job, double All)[devices];
        var at = 0d;
        var samples = random.Next(2, 40);
        Take();
        var first = (joules, Gpus: gpu.Select(one => one.Joules).ToArray());
        for (var i = 0; i < samples; i++)
        {
            processes.RemoveAll(_ => random.Next(4) == 0);
            while (random.Next(3) > 0)
                processes.Add((random.Next(2) == 0, random.Next(-1, devices)));
            var seconds = random.NextDouble() * 3;
            at += seconds;
            // Two threads: what the processes want beyond that they do not get.
            var wanted = processes.ConvertAll(_ => random.NextDouble());
            var left = seconds * 2 * (1 - interrupts);
            foreach (var (process, want) in processes.Zip(wanted))
            {
                var got = Math.Min(left, want * seconds);
                left -= got;
                busy += got;
                all += got;
                job += process.IsJob ? got : 0;
                if (process.Device >= 0)
                {
                    var time = got / 2;
                    gpu[process.Device].Time += time;
                    gpu[process.Device].All += time;
                    gpu[process.Device].Job += process.IsJob ? time : 0;
                }
            }

            busy += interrupts * seconds;
            joules += (long)(random.NextDouble() * 40 * seconds * Joule);
            for (var d = 0; d < devices; d++)
            {
                gpu[d].Time += interrupts * seconds / 4;
                gpu[d].Joules += (long)(random.NextDouble() * 400 * seconds * Joule);
            }

            Take();
        }

        var record = trace.End(at + 0.001, jobSeconds: random.Next(3) == 0 ? job * (1 + (random.NextDouble() * 0.1)) : null).Record();

        Assert.Equal(record.Components.Length, record.Components.DistinctBy(component => (component.Component, component.Device)).Count());
        foreach (var component in record.Components)
        {
            Assert.NotNull(component.UnexplainedMicrojoules);
            Assert.True(component.JobMicrojoules + component.OthersMicrojoules + component.IdleMicrojoules + component.UnexplainedMicrojoules == component.MachineMicrojoules, $"seed {seed}: {component}");
            Assert.True(component is { OthersMicrojoules: >= 0, IdleMicrojoules: >= 0, JobMicrojoules: >= 0 }, $"seed {seed}: {component}");
            // Each slice is rounded to a microjoule.
            if (component.Component == Component.Gpu)
                Assert.Equal(gpu[int.Parse(component.Device!, System.Globalization.CultureInfo.InvariantCulture)].Joules - first.Gpus[int.Parse(component.Device!, System.Globalization.CultureInfo.InvariantCulture)], component.MachineMicrojoules, (double)samples);
            if (component.Component == Component.Cpu && metered)
                Assert.Equal(joules - first.joules, component.MachineMicrojoules, (double)samples);
            if (policy == SharePolicy.Machine)
                Assert.Equal(0, component.UnexplainedMicrojoules);
        }

        foreach (var (component, device) in record.Components.Select(component => (component.Component, component.Device)))
        {
            var stages = record.Stages.SelectMany(stage => stage.Energy).Where(use => use.Component == component && use.Device == device).Sum(use => use.Microjoules);
            Assert.Equal(record.Components.First(one => one.Component == component && one.Device == device).JobMicrojoules, stages);
        }

        void Take() => trace.Sample(at, [
            Seconds(busy), Seconds(job), Seconds(all), .. metered ? [Reading.FromValue(joules)] : Array.Empty<Reading>(),
            .. gpu.SelectMany((one, d) => new[]
            {
                Reading.FromValue(one.Joules), Seconds(one.Time), Seconds(one.Job), Seconds(one.All),
                Reading.FromValue(processes.Count(process => process.Device == d)), Reading.FromValue(processes.Count(process => process.Device == d && process.IsJob)),
            })]);
    }

    [Fact]
    public void With_every_process_counted_only_ticks_are_unexplained()
    {
        for (var seed = 0; seed < 200; seed++)
        {
            var random = new Random(seed);
            var trace = Modelled();
            var (at, busy, job, all) = (0d, 0d, 0d, 0d);
            Take();
            for (var i = 0; i < 60; i++)
            {
                var seconds = 0.05 + random.NextDouble();
                at += seconds;
                var (mine, theirs) = (random.NextDouble() * seconds, random.NextDouble() * seconds);
                (busy, job, all) = (busy + mine + theirs, job + mine, all + mine + theirs);
                Take();
            }

            var cpu = Part(trace.End(at).Record(), Component.Cpu);
            // At most two ticks at each end of the run for each thread, at 4 W.
            Assert.True(Math.Abs(cpu.UnexplainedMicrojoules!.Value) <= 0.08 * 4 * Joule, $"seed {seed}: {cpu}");

            // The machine is counted in ticks of 10 ms, processes in ns.
            void Take() => trace.Sample(at, Seconds(Math.Floor(busy * 100) / 100), Seconds(job), Seconds(all));
        }
    }
}
