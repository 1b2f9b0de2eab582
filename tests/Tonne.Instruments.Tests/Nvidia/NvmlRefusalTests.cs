using System.Globalization;
using Tonne.Hardware;
using Tonne.Instruments.Machines;
using Tonne.Recording.Metering;
using Tonne.Runs;

namespace Tonne.Instruments.Tests.Nvidia;

public class NvmlRefusalTests
{
    [Theory]
    [InlineData(9, "not loaded", "modprobe")]
    [InlineData(18, "different versions", "reboot")]
    [InlineData(4, "permission", "usermod")]
    [InlineData(17, "blocks", "docker run --gpus")]
    [InlineData(15, "fallen off", "dmesg")]
    public void A_library_that_refuses_is_a_missing_meter_with_its_ways_out(int code, string reason, string remedy)
    {
        using var machine = new ScriptedGpus($"code nvmlInit_v2 0 inf {code}\ngpu\npower 0 100\n");

        var gpus = machine.Find();

        var missing = Assert.Single(gpus.Missing);
        Assert.Equal("nvml", missing.Id);
        Assert.Contains(reason, missing.Reason);
        Assert.Contains(missing.Remedies, way => way.Command?.Contains(remedy, StringComparison.Ordinal) == true);
        Assert.Empty(gpus.Meters);
        Assert.Empty(gpus.Parts);
    }

    [Fact]
    public void A_GPU_that_a_control_group_blocks_is_named_and_the_others_are_metered()
    {
        using var machine = new ScriptedGpus("gpu\npower 0 100\ncode * 0 inf 17\ngpu\npower 0 50\n");

        var gpus = machine.Find();

        var missing = Assert.Single(gpus.Missing);
        Assert.Equal("nvml:gpu-0", missing.Id);
        Assert.Contains(missing.Remedies, way => way.Command?.Contains("--gres=gpu", StringComparison.Ordinal) == true);
        Assert.Equal("1", Assert.Single(gpus.Parts).Device);
    }

    [Fact]
    public void GPUs_of_another_maker_are_numbered_behind_one_that_is_blocked_too()
    {
        using var machine = new ScriptedGpus("gpu\npower 0 100\ncode * 0 inf 17\ngpu\npower 0 50\n");
        using var disk = new TreeOnDisk();
        const string card = "sys/class/drm/card0/device";
        disk.With($"{card}/vendor", "0x1002\n").With($"{card}/device", "0x740f\n").With($"{card}/uevent", "DRIVER=amdgpu\nPCI_SLOT_NAME=0000:43:00.0\n")
            .With($"{card}/hwmon/hwmon0/name", "amdgpu\n").With($"{card}/hwmon/hwmon0/power1_average", "100000000\n");

        using var found = MachineDiscovery.Discover(disk.Tree, new DiscoveryOptions { NvmlLibrary = machine.Path });

        Assert.Equal(["1", "2"], found.Bases.Where(basis => basis.Component == Component.Gpu).Select(basis => basis.Device));
    }

    [Fact]
    public void A_driver_without_GPUs_is_said()
    {
        using var machine = new ScriptedGpus("# nothing\n");

        Assert.Contains("shows no GPU", Assert.Single(machine.Find().Missing).Reason);
    }

    [Fact]
    public void A_driver_that_is_reloaded_half_way_is_a_gap_for_every_GPU()
    {
        using var machine = new ScriptedGpus("code * 5 inf 1\ngpu\npower 0 100\ngpu\npower 0 50\n");
        var gpus = machine.Find();
        machine.Sample(gpus, 1);

        Assert.All(machine.Sample(gpus, 6).Values, reading => Assert.Equal("the driver's library was shut down", reading.Reason));
    }

    [Theory]
    [InlineData("nvmlDeviceGetTotalEnergyConsumption", "nvml:gpu-0/power")]
    [InlineData("nvmlDeviceGetFieldValues", "nvml:gpu-0")]
    [InlineData("nvmlDeviceGetPowerUsage", "nvml:gpu-0")]
    [InlineData("nvmlDeviceGetName", "nvml:gpu-0")]
    [InlineData("nvmlDeviceGetUUID", "nvml:gpu-0")]
    [InlineData("nvmlDeviceGetPciInfo_v3", "nvml:gpu-0")]
    [InlineData("nvmlDeviceGetArchitecture", "nvml:gpu-0")]
    [InlineData("nvmlDeviceGetEnforcedPowerLimit", "nvml:gpu-0")]
    [InlineData("nvmlDeviceGetUtilizationRates", "nvml:gpu-0")]
    [InlineData("nvmlDeviceGetProcessUtilization", "nvml:gpu-0")]
    [InlineData("nvmlDeviceGetComputeRunningProcesses_v3", "nvml:gpu-0")]
    [InlineData("nvmlDeviceGetComputeRunningProcesses_v3;nvmlDeviceGetComputeRunningProcesses_v2", "nvml:gpu-0")]
    [InlineData("nvmlDeviceGetComputeRunningProcesses_v3;nvmlDeviceGetComputeRunningProcesses_v2;nvmlDeviceGetComputeRunningProcesses", "nvml:gpu-0")]
    [InlineData("nvmlDeviceGetGraphicsRunningProcesses_v3", "nvml:gpu-0")]
    [InlineData("nvmlDeviceGetMigMode", "nvml:gpu-0")]
    [InlineData("nvmlDeviceGetMigDeviceHandleByIndex;nvmlDeviceGetMaxMigDeviceCount", "nvml:gpu-0")]
    [InlineData("nvmlSystemGetDriverVersion;nvmlShutdown", "nvml:gpu-0")]
    [InlineData("nvmlDeviceGetTotalEnergyConsumption;nvmlDeviceGetFieldValues", "nvml:gpu-0/power")]
    public void A_driver_that_lacks_a_function_lacks_that_feature_only(string functions, string summed)
    {
        using var machine = new ScriptedGpus("gpu\npower 0 300\nprocess 10 0 inf 60\n", functions.Split(';')) { Alive = { 10 } };
        var gpus = machine.Find();
        gpus.TrackJob(new ScriptedGpus.Job(10));
        machine.Sample(gpus, 1);

        var readings = machine.Sample(gpus, 2);

        Assert.Equal([summed], Assert.Single(gpus.Parts).Meters);
        Assert.All(readings, pair => Assert.False(pair.Value.IsGap, $"{pair.Key}: {pair.Value.Reason}"));
        Assert.Equal((1, 1), (readings["nvml:gpu-0/holders"].Value, readings["nvml:gpu-0/job-holders"].Value));
        Assert.Equal(0.6, readings["nvml:gpu-0/job-time"].Value / 1e9, 0.001);
    }

    [Fact]
    public void A_library_without_the_first_functions_is_not_NVML()
    {
        using var machine = new ScriptedGpus("gpu\n", "nvmlInit_v2");

        Assert.Contains("does not have NVML", Assert.Single(machine.Find().Missing).Reason);
    }

    [Fact]
    public void Random_answers_and_garbled_numbers_never_crash_and_never_yield_a_silent_zero()
    {
        for (var seed = 1; seed <= 300; seed++)
        {
            var random = new Random(seed);
            var script = $"seed {seed.ToString(CultureInfo.InvariantCulture)}\n{(seed % 3 == 0 ? "garbage 40\n" : "")}";
            for (var gpu = 0; gpu < 3; gpu++)
            {
                script += $"gpu\nlimit 300\npower 0 100\nbursts 1 20 0.7 0.2 280 60\ngarbage {random.Next(400)}\nprocess 10 0 inf 40\nprocess {random.Next(1, 5000)} 0 inf 30\n";
                if (random.Next(3) == 0)
                    script += "instance 1 0 MIG-1 3 3\ninstance 2 0 MIG-2 2 2\nprocess 10 0 inf 20 1 0\n";
            }

            using var machine = new ScriptedGpus(script) { IdsAreOurs = seed % 2 == 0, Alive = { 10 } };
            machine.Variables["CUDA_VISIBLE_DEVICES"] = new[] { "0,1,2", "MIG-1", "1", "GPU-1111" }[seed % 4];
            var gpus = machine.Find();
            gpus.TrackJob(new ScriptedGpus.Job(10));
            // What is not offered is said to be missing; unless the driver itself reported a wrong number of GPUs.
            for (var gpu = 0; gpu < 3 && seed % 3 != 0; gpu++)
            {
                var device = gpu.ToString(CultureInfo.InvariantCulture);
                Assert.True(gpus.Parts.Any(part => part.Device == device && !part.Meters.IsEmpty) || gpus.Missing.Any(missing => missing.Id is "nvml" || missing.Id == "nvml:gpu-" + device), $"seed {seed}: GPU {gpu} vanished in silence");
            }

            var last = new Dictionary<string, long>(StringComparer.Ordinal);
            for (var step = 0; step < 30; step++)
            {
                if (step == 29)
                    gpus.PrepareFinalSample();
                foreach (var (id, reading) in machine.Sample(gpus, 0.5 + (step * 0.61)))
                {
                    if (reading.IsGap)
                        continue;
                    var meter = gpus.Meters.Single(meter => meter.Description.Id == id).Description;
                    Assert.True(reading.Value >= 0, $"seed {seed}: {id} = {reading.Value}");
                    switch (meter.Kind)
                    {
                        case MeterKind.EnergyCounter:
                            Assert.NotEqual(0, reading.Value);
                            break;
                        case MeterKind.Power:
                            Assert.InRange(reading.Value, 1, (long)(meter.CeilingWatts * 1e3));
                            break;
                        case MeterKind.DeviceTime:
                            Assert.True(reading.Value >= last.GetValueOrDefault(id), $"seed {seed}: {id} fell");
                            Assert.True(reading.Value <= 30 * 610_000_000L, $"seed {seed}: {id} is longer than the time");
                            last[id] = reading.Value;
                            break;
                        default:
                            break;
                    }
                }
            }

            Assert.NotNull(gpus.GetFinalWarnings().ToList());
        }
    }

    [Fact]
    public void A_sample_of_eight_GPUs_allocates_nothing()
    {
        var script = "";
        for (var gpu = 0; gpu < 8; gpu++)
            script += $"gpu\npower 0 {100 + gpu}\nprocess {10 + gpu} 0 inf 40\nprocess 30 0 inf 20\n";
        using var machine = new ScriptedGpus(script) { Alive = { 10, 11, 12, 13, 14, 15, 16, 17, 30 } };
        var gpus = machine.Find();
        gpus.TrackJob(new ScriptedGpus.Job(10, 11));
        IMeter[] meters = [.. gpus.Meters];
        Sample(0, 300);

        var before = GC.GetAllocatedBytesForCurrentThread();
        Sample(300, 1_000);

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);

        void Sample(int from, int count)
        {
            for (var second = from; second < from + count; second++)
            {
                var timestamp = machine.At(second);
                foreach (var meter in meters)
                    meter.Read(timestamp);
            }
        }
    }
}
