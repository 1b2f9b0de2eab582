using Tonne.Instruments.Files;
using Tonne.Instruments.Machines;
using Tonne.Instruments.PowerLimits;
using Tonne.Instruments.Rapl;
using Tonne.Instruments.Tests.Nvidia;

namespace Tonne.Instruments.Tests.PowerLimits;

public sealed class PowerLimitDevicesTests : IDisposable
{
    const string Zone = "sys/class/powercap/intel-rapl:0";

    readonly TreeOnDisk _disk = new();

    public void Dispose() => _disk.Dispose();

    static PowerLimitDevices Discover(ScriptedGpus machine) => PowerLimitDevices.Discover(FileTree.Local, new DiscoveryOptions
    {
        NvmlLibrary = machine.Path,
        EnvironmentVariable = name => machine.Variables.GetValueOrDefault(name),
    });

    PowerLimitDevices DiscoverDisk() => PowerLimitDevices.Discover(_disk.Tree, new DiscoveryOptions());

    void AddPackage() => _disk.With($"{Zone}/name", "package-0\n").With($"{Zone}/enabled", "1\n")
        .With($"{Zone}/constraint_0_name", "long_term\n").With($"{Zone}/constraint_0_power_limit_uw", "125000000\n")
        .With($"{Zone}/constraint_0_max_power_uw", "165000000\n").With($"{Zone}/constraint_1_name", "short_term\n")
        .With($"{Zone}/constraint_1_power_limit_uw", "200000000\n");

    [Fact]
    public void A_GPU_has_its_limit_its_range_and_a_default_and_keeps_what_is_set()
    {
        using var machine = new ScriptedGpus("gpu\nlimit 500\nlimits 200 700\n");
        using var devices = Discover(machine);

        var gpu = Assert.Single(devices.Gpus);

        Assert.Equal((500_000_000, 200_000_000, 700_000_000, 700_000_000),
            (gpu.Read(), gpu.MinMicrowatts, gpu.MaxMicrowatts, gpu.DefaultMicrowatts));
        gpu.Set(350_000_000);
        Assert.Equal((350_000_000, 350_000_000), (gpu.Read(), gpu.ReadEnforced()));
        gpu.Restore(500_000_000);
        gpu.Restore(500_000_000);
        Assert.Equal(500_000_000, gpu.Read());
        // Restored once: the second time it was so already.
        Assert.Equal(2, machine.Calls("nvmlDeviceSetPowerManagementLimit"));
        Assert.Same(gpu, devices.Find(gpu.Id));
    }

    [Theory]
    // nvml.h: NVML_ERROR_NO_PERMISSION, NVML_ERROR_NOT_SUPPORTED, NVML_ERROR_GPU_IS_LOST.
    [InlineData(4, "permission denied", "sudo tonne bench")]
    [InlineData(3, "takes no power limit", "laptops")]
    [InlineData(15, "fallen off the bus", "")]
    public void A_GPU_that_refuses_says_why_and_what_to_do(int code, string why, string remedy)
    {
        using var machine = new ScriptedGpus($"gpu\ncode nvmlDeviceSetPowerManagementLimit 0 inf {code}\n");
        using var devices = Discover(machine);

        var error = Assert.Throws<PowerLimitException>(() => devices.Gpus[0].Set(300_000_000)).Message;

        Assert.Contains("GPU 0 (NVIDIA H100 80GB HBM3): a power limit of 300 W is refused", error);
        Assert.Contains(why, error);
        Assert.Contains(remedy, error);
    }

    [Fact]
    public void A_limit_outside_the_range_is_refused_with_the_range()
    {
        using var machine = new ScriptedGpus("gpu\nlimits 200 700\n");
        using var devices = Discover(machine);

        Assert.Contains("the card takes 200 W to 700 W",
            Assert.Throws<PowerLimitException>(() => devices.Gpus[0].Set(100_000_000)).Message);
    }

    [Fact]
    public void Only_the_GPUs_that_the_job_may_use_are_limited_and_one_without_a_limit_is_said()
    {
        using var machine = new ScriptedGpus("gpu\ngpu\ngpu\nlimit 0\n");
        machine.Variables["CUDA_VISIBLE_DEVICES"] = "1,2";
        using var devices = Discover(machine);

        Assert.StartsWith("GPU 1", Assert.Single(devices.Gpus).Name, StringComparison.Ordinal);
        Assert.Contains(devices.Reasons, reason => reason.StartsWith("GPU 0", StringComparison.Ordinal)
            && reason.Contains("CUDA_VISIBLE_DEVICES", StringComparison.Ordinal));
        Assert.Contains(devices.Reasons, reason => reason.StartsWith("GPU 2", StringComparison.Ordinal)
            && reason.Contains("no power limit", StringComparison.Ordinal));
    }

    [Fact]
    public void A_driver_that_lacks_the_functions_has_no_device()
    {
        using var machine = new ScriptedGpus("gpu\n", "nvmlDeviceGetPowerManagementLimit");
        using var devices = Discover(machine);

        Assert.Empty(devices.Gpus);
        Assert.Contains(devices.Reasons, reason => reason.Contains("does not have the function", StringComparison.Ordinal));
    }

    [Fact]
    public void The_long_term_limit_of_a_package_is_set_whatever_its_number()
    {
        AddPackage();
        _disk.With($"{Zone}/constraint_0_name", "short_term\n").With($"{Zone}/constraint_1_name", "long_term\n");
        using var devices = DiscoverDisk();

        Assert.Single(devices.Processors).Set(90_000_000);

        Assert.Equal("90000000", _disk.Tree.ReadLine($"{Zone}/constraint_1_power_limit_uw"));
        Assert.Equal("125000000", _disk.Tree.ReadLine($"{Zone}/constraint_0_power_limit_uw"));
    }

    [Fact]
    public void A_package_has_its_design_power_as_the_highest_limit()
    {
        AddPackage();
        using var devices = DiscoverDisk();
        var package = Assert.Single(devices.Processors);

        Assert.Equal((125_000_000, null, 165_000_000, 165_000_000),
            (package.Read(), package.MinMicrowatts, package.MaxMicrowatts, package.DefaultMicrowatts));
        Assert.Equal("rapl:intel-rapl:0", package.Id);
        Assert.Contains("there is no NVIDIA GPU", devices.Reasons);
    }

    [Theory]
    [InlineData(null, "constraint_0_power_limit_uw is missing")]
    [InlineData("0", "echo 1 | sudo tee")]
    public void A_package_without_a_limit_or_with_one_that_is_off_is_said(string? enabled, string reason)
    {
        AddPackage();
        if (enabled is null)
            _disk.Without($"{Zone}/constraint_0_power_limit_uw");
        else
            _disk.With($"{Zone}/enabled", enabled + "\n");
        using var devices = DiscoverDisk();

        Assert.Empty(devices.Processors);
        Assert.Contains(devices.Reasons, one => one.Contains(reason, StringComparison.Ordinal));
    }

    [Fact]
    public void A_file_that_may_not_be_written_says_what_to_do_and_a_processor_that_clamps_is_an_error()
    {
        AddPackage();
        var zone = Assert.Single(RaplZones.List(_disk.Tree));
        var denied = PackagePowerLimit.TryFind(_disk.Tree, zone, out _, (_, _) => throw new UnauthorizedAccessException())!;
        var clamping = PackagePowerLimit.TryFind(_disk.Tree, zone, out _, (path, _) => File.WriteAllText(path, "65000000\n"))!;
        var readOnly = PackagePowerLimit.TryFind(_disk.Tree, zone, out _, (_, _) => throw new IOException("Read-only file system"))!;

        Assert.Contains($"permission denied ({_disk.Root}/{Zone}/constraint_0_power_limit_uw)",
            Assert.Throws<PowerLimitException>(() => denied.Set(60_000_000)).Message);
        Assert.Contains("was given a limit of 60 W and holds 65 W",
            Assert.Throws<PowerLimitException>(() => clamping.Set(60_000_000)).Message);
        Assert.Contains("Read-only file system", Assert.Throws<PowerLimitException>(() => readOnly.Set(60_000_000)).Message);
    }

    // Intel SDM volume 3B: the power unit of RAPL is 1/8 W, so 90.06 W become 90 W.
    [Fact]
    public void A_limit_in_the_steps_of_the_device_is_taken()
    {
        AddPackage();
        var zone = Assert.Single(RaplZones.List(_disk.Tree));

        PackagePowerLimit.TryFind(_disk.Tree, zone, out _, (path, _) => File.WriteAllText(path, "90000000\n"))!.Set(90_060_000);

        Assert.Equal("90000000", _disk.Tree.ReadLine($"{Zone}/constraint_0_power_limit_uw"));
    }
}
