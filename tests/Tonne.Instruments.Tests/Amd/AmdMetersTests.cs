using Tonne.Hardware;
using Tonne.Instruments.Amd;
using Tonne.Instruments.Files;
using Tonne.Instruments.Machines;
using Tonne.Recording.Metering;
using Tonne.Runs;

namespace Tonne.Instruments.Tests.Amd;

public sealed class AmdMetersTests(AmdSmiStandIn library) : IClassFixture<AmdSmiStandIn>, IDisposable
{
    readonly TreeOnDisk _disk = new();

    /// <summary>A card at a bus: an MI210 unless said otherwise.</summary>
    AmdMetersTests Card(int number, int bus, string? power = "100000000", string product = "0x740f", string? id = null, string? serial = null)
    {
        var device = $"sys/class/drm/card{number}/device";
        _disk.With($"{device}/vendor", "0x1002\n").With($"{device}/device", product + "\n").With($"{device}/revision", "0x01\n")
            .With($"{device}/uevent", $"DRIVER=amdgpu\nPCI_SLOT_NAME=0000:{bus:x2}:00.0\n").With($"{device}/hwmon/hwmon{number}/name", "amdgpu\n");
        if (power is not null)
            _disk.With($"{device}/hwmon/hwmon{number}/power1_average", power + "\n");
        if (id is not null)
            _disk.With($"{device}/unique_id", id + "\n");
        if (serial is not null)
            _disk.With($"{device}/serial_number", serial + "\n");
        return this;
    }

    AmdMeters Found(DiscoveryOptions? options = null, int firstDevice = 0) => new(_disk.Tree, options ?? new DiscoveryOptions(), firstDevice);

    DiscoveryOptions WithLibrary() => new() { AmdSmiLibrary = library.Path };

    static DiscoveryOptions Where(params (string Name, string Value)[] variables) => new() { EnvironmentVariable = name => variables.FirstOrDefault(variable => variable.Name == name).Value };

    static string[] Visible(AmdMeters amd) => [.. amd.Parts.Where(part => part.Visible).Select(part => part.Device!)];

    // codecarbon#117: power is not energy.
    [Fact]
    public void The_librarys_energy_is_the_accumulator_times_2_to_the_minus_16_joules()
    {
        library.Reset().Add(0x43).Set(0, 65_536_000);
        Card(0, 0x43);

        using var amd = Found(WithLibrary());
        var meter = amd.Meters.Single(meter => meter.Description.Id == "amdgpu:0/energy");

        // drivers/gpu/drm/amd/include/kgd_pp_interface.h: 15.259 µJ (2^-16 J) a count: 65,536,000 counts are 1,000 J. The library's rounded 15.3 µJ would make 1,002.7 J of it.
        Assert.Equal(Reading.FromValue(1_000_000_000), meter.Read(1));
        Assert.Equal(["amdgpu:0/energy"], Assert.Single(amd.Parts).Meters);
        Assert.Equal(MeterRole.Contained, amd.Meters.Single(meter => meter.Description.Id == "amdgpu:0/power").Description.Role);
    }

    [Fact]
    public void Another_resolution_is_taken_as_the_library_reports_it()
    {
        library.Reset().Add(0x43).Set(0, 1_000_000, resolution: 4);
        Card(0, 0x43);

        using var amd = Found(WithLibrary());

        Assert.Equal(Reading.FromValue(4_000_000), amd.Meters.Single(meter => meter.Description.Id == "amdgpu:0/energy").Read(1));
    }

    // codecarbon#1097, by the library.
    [Fact]
    public void The_second_die_of_an_MI250_whose_accumulator_stays_0_is_counted_with_the_first()
    {
        library.Reset().Add(0x11, socket: 0).Add(0x14, socket: 1).Set(0, 65_536).Set(1, 0);
        Card(0, 0x11, product: "0x740c").Card(1, 0x14, power: "0", product: "0x740c");

        using var amd = Found(WithLibrary());

        var part = Assert.Single(amd.Parts);
        Assert.Equal(["amdgpu:0/energy"], part.Meters);
        Assert.Contains("2 dies are one board", part.Why);
    }

    // codecarbon#1316, with AMD's cards: no energy counter is no energy of 0.
    [Theory]
    [InlineData(2, 0ul, "counts no energy")]
    [InlineData(0, 0ul, "accumulator is 0")]
    [InlineData(0, ulong.MaxValue, "does not hold the number")]
    [InlineData(10, 5ul, "permission denied")]
    public void A_card_without_an_energy_counter_is_integrated_from_its_power_and_never_0_kWh(int status, ulong accumulator, string reason)
    {
        library.Reset().Add(0x43).Set(0, accumulator, status: status);
        Card(0, 0x43);

        using var amd = Found(WithLibrary());

        Assert.Equal(["amdgpu:0/power"], Assert.Single(amd.Parts).Meters);
        Assert.Contains(reason, Assert.Single(amd.Missing).Reason);
    }

    [Fact]
    public void A_counter_that_is_lost_half_way_is_a_gap()
    {
        library.Reset().Add(0x43).Set(0, 65_536);
        Card(0, 0x43);
        using var amd = Found(WithLibrary());
        var meter = amd.Meters.Single(meter => meter.Description.Id == "amdgpu:0/energy");
        Assert.Equal(Reading.FromValue(1_000_000), meter.Read(1));

        library.Set(0, 0, status: 31);

        Assert.Same(ReadFailure.Gone, meter.Read(2).Reason);
    }

    [Fact]
    public void A_library_that_cannot_start_is_missing_and_the_kernels_sensors_are_taken()
    {
        library.Reset(status: 18).Add(0x43);
        Card(0, 0x43);

        using var amd = Found(WithLibrary());

        Assert.Contains("status 18", Assert.Single(amd.Missing).Reason);
        Assert.Equal(["amdgpu:0/power"], Assert.Single(amd.Parts).Meters);
    }

    [Fact]
    public void The_library_is_shut_down_with_its_meters()
    {
        library.Reset().Add(0x43).Set(0, 1);
        Card(0, 0x43);

        var amd = Found(WithLibrary());
        var during = library.Initialised;
        amd.Dispose();

        Assert.Equal((1, 0), (during, library.Initialised));
    }

    [Fact]
    public void A_place_on_the_bus_is_written_as_the_kernel_writes_it()
    {
        // Domain 1, bus 0xc1, device 2, function 3.
        Assert.Equal("0001:c1:02.3", AmdSmi.FormatPciSlot((1ul << 16) | (0xc1ul << 8) | (2ul << 3) | 3));
    }

    [Fact]
    public void A_card_of_which_0_watts_are_reported_is_modelled_with_a_warning()
    {
        Card(0, 0x43, power: "0");

        using var amd = Found();

        Assert.Empty(Assert.Single(amd.Parts).Meters);
        Assert.Contains("rejected", Assert.Single(amd.Missing).Reason);
    }

    [Fact]
    public void Dies_that_share_a_boards_serial_number_are_one_board_wherever_they_are_on_the_bus()
    {
        Card(0, 0x11, serial: "PCB1").Card(1, 0x21, serial: "PCB2").Card(2, 0x31, serial: "PCB1", power: "0").Card(3, 0x41, serial: "0000");

        using var amd = Found();

        Assert.Equal(["0", "1", "2"], amd.Parts.Select(part => part.Device));
        Assert.Equal(["amdgpu:0/power", "amdgpu:0/power2", "amdgpu:1/power", "amdgpu:2/power"], amd.Meters.Select(meter => meter.Description.Id));
    }

    [Fact]
    public void Two_chips_of_one_board_that_both_tell_power_are_added()
    {
        Card(0, 0x11, serial: "DUO").Card(1, 0x12, serial: "DUO", power: "120000000");

        using var amd = Found();

        Assert.Equal(["amdgpu:0/power", "amdgpu:0/power2"], Assert.Single(amd.Parts).Meters);
    }

    [Fact]
    public void Boards_are_numbered_after_those_of_other_makers()
    {
        Card(0, 0x11).Card(1, 0x21);

        using var amd = Found(firstDevice: 4);

        Assert.Equal(["4", "5"], amd.Parts.Select(part => part.Device));
    }

    // codecarbon#567, #689, #96: everybody's GPUs.
    [Theory]
    [InlineData(null, null, null, "0 1 2")]
    [InlineData("1", null, null, "1")]
    [InlineData("2,0", null, null, "0 2")]
    [InlineData("GPU-1f2e3d4c5b6a7981", null, null, "1")]
    [InlineData("GPU-1F2E3D4C5B6A7981, 2", null, null, "1 2")]
    [InlineData("0,7,2", null, null, "0")] // an entry that names none ends the list
    [InlineData("", null, null, "")]
    [InlineData(null, "1", null, "1")]
    [InlineData("2,1", "1", null, "1")] // among those left: number 1 of (2, 1)
    [InlineData(null, "", "0", "0")]
    [InlineData(null, "-1", null, "")]
    [InlineData(null, null, "2", "2")]
    public void Devices_hidden_from_the_job_are_measured_and_not_its_own(string? rocr, string? hip, string? cuda, string visible)
    {
        Card(0, 0x11, id: "1f2e3d4c5b6a7980").Card(1, 0x21, id: "1f2e3d4c5b6a7981").Card(2, 0x31, id: "1f2e3d4c5b6a7982");

        using var amd = Found(Where([.. new[] { ("ROCR_VISIBLE_DEVICES", rocr), ("HIP_VISIBLE_DEVICES", hip), ("CUDA_VISIBLE_DEVICES", cuda) }.Where(pair => pair.Item2 is not null).Select(pair => (pair.Item1, pair.Item2!))]));

        Assert.Equal(visible, string.Join(' ', Visible(amd)));
        Assert.Equal(3, amd.Parts.Count);
        if (visible.Length < 5)
            Assert.Contains("hides it from the job", amd.Parts.First(part => !part.Visible).Why);
    }

    [Fact]
    public void A_share_of_time_beyond_all_of_it_is_a_gap()
    {
        Card(0, 0x11);
        _disk.With("sys/class/drm/card0/device/gpu_busy_percent", "50\n");
        using var amd = Found();
        var busy = amd.Meters.Single(meter => meter.Description.Kind == MeterKind.DeviceTime);
        busy.Read(1_000_000_000);

        _disk.With("sys/class/drm/card0/device/gpu_busy_percent", "255\n");
        var gap = busy.Read(2_000_000_000);
        _disk.With("sys/class/drm/card0/device/gpu_busy_percent", "100\n");

        Assert.Same(ReadFailure.Malformed, gap.Reason);
        // 100 % of the 2 s since the last share known.
        Assert.Equal(Reading.FromValue(2_000_000_000), busy.Read(3_000_000_000));
        Assert.Equal(Component.Gpu, busy.Description.Component);
    }

    public void Dispose() => _disk.Dispose();
}
