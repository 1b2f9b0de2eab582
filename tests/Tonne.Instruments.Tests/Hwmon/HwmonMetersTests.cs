using Tonne.Hardware;
using Tonne.Instruments.Files;
using Tonne.Instruments.Hwmon;
using Tonne.Quantities;
using Tonne.Recording.Metering;
using Tonne.Runs;

namespace Tonne.Instruments.Tests.Hwmon;

public sealed class HwmonMetersTests : IDisposable
{
    readonly TreeOnDisk _disk = new();

    HwmonMetersTests Chip(int number, string name, params (string File, string Text)[] files)
    {
        _disk.With($"sys/class/hwmon/hwmon{number}/name", name + "\n");
        foreach (var (file, text) in files)
            _disk.With($"sys/class/hwmon/hwmon{number}/{file}", text + "\n");
        return this;
    }

    [Fact]
    public void The_mean_of_a_chip_is_preferred_to_its_moment()
    {
        Chip(0, "power_meter", ("power1_average", "200000000"), ("power1_input", "900000000"));

        using var hwmon = new HwmonMeters(_disk.Tree);

        Assert.Equal(Reading.FromValue(200_000), Assert.Single(hwmon.Meters).Read(1));
    }

    [Fact]
    public void Two_meters_of_the_firmware_are_shown_and_neither_taken_for_the_machine()
    {
        Chip(0, "power_meter", ("power1_average", "200000000")).Chip(1, "power_meter", ("power1_average", "150000000"));

        using var hwmon = new HwmonMeters(_disk.Tree);

        Assert.Empty(hwmon.Parts);
        Assert.Equal(["hwmon:power_meter/power1", "hwmon:power_meter#2/power1"], hwmon.Meters.Select(meter => meter.Description.Id));
        Assert.Contains("2 power meters", Assert.Single(hwmon.Missing).Reason);
    }

    [Fact]
    public void A_power_meter_that_a_hypervisor_shows_is_not_the_virtual_machine()
    {
        Chip(0, "power_meter", ("power1_average", "200000000"));

        using var hwmon = new HwmonMeters(_disk.Tree, isVirtual: true);

        Assert.Empty(hwmon.Parts);
        Assert.Contains("virtual machine", Assert.Single(hwmon.Missing).Reason);
    }

    [Fact]
    public void A_firmware_meter_of_a_battery_is_not_the_machine()
    {
        Chip(0, "power_meter", ("power1_average", "20000000"), ("power1_is_battery", "1"));

        using var hwmon = new HwmonMeters(_disk.Tree);

        Assert.Empty(hwmon.Parts);
        Assert.Equal(MeterRole.Contained, Assert.Single(hwmon.Meters).Description.Role);
    }

    // A board that gives its management controller no sensor reports 0 for ever.
    [Theory]
    [InlineData("power_meter", "power1_average")]
    [InlineData("amd_hsmp_hwmon", "power1_input")]
    [InlineData("fam15h_power", "power1_input")]
    public void A_machine_or_socket_of_0_watts_is_missing_and_not_measured(string chip, string file)
    {
        Chip(0, chip, (file, "0"));

        using var hwmon = new HwmonMeters(_disk.Tree);

        Assert.Empty(hwmon.Parts);
        Assert.Empty(hwmon.Meters);
        Assert.Contains("0 W", Assert.Single(hwmon.Missing).Reason);
    }

    // Linux, Documentation/hwmon/fam15h_power.rst, xgene-hwmon.rst ("CPU power", "IO power"), ibmpowernv.rst.
    [Fact]
    public void Chips_whose_names_say_what_they_hold_are_taken_for_it()
    {
        Chip(0, "fam15h_power", ("power1_input", "61000000"), ("power1_crit", "95000000"));
        using (var kaveri = new HwmonMeters(_disk.Tree))
            Assert.Equal((Component.Cpu, "hwmon:fam15h_power/power1"), (Assert.Single(kaveri.Parts).Component, Assert.Single(kaveri.Parts[0].Meters)));
        _disk.Without("sys/class/hwmon/hwmon0");
        Chip(0, "apm_xgene", ("power1_input", "9000000"), ("power1_label", "CPU power"), ("power2_input", "4000000"), ("power2_label", "IO power"));
        using (var xgene = new HwmonMeters(_disk.Tree))
            Assert.Equal((Component.Cpu, "hwmon:apm_xgene/power1"), (Assert.Single(xgene.Parts).Component, Assert.Single(xgene.Parts[0].Meters)));
        _disk.Without("sys/class/hwmon/hwmon0");
        Chip(0, "ibmpowernv", ("power1_input", "400000000"), ("power1_label", "System"), ("power2_input", "90000000"), ("power2_label", "Chip 0 Vdd"));
        using var power = new HwmonMeters(_disk.Tree);

        Assert.Equal((Component.Platform, "hwmon:ibmpowernv/power1"), (Assert.Single(power.Parts).Component, Assert.Single(power.Parts[0].Meters)));
    }

    [Theory]
    [InlineData("-8")]
    [InlineData("x")]
    [InlineData("9999999999999999999")]
    public void A_rail_whose_current_is_no_number_is_a_gap(string current)
    {
        Chip(0, "ina3221", ("in1_input", "5000"), ("curr1_input", "400"));
        using var hwmon = new HwmonMeters(_disk.Tree);
        Assert.Equal(Reading.FromValue(2_000), Assert.Single(hwmon.Meters).Read(1));

        _disk.With("sys/class/hwmon/hwmon0/curr1_input", current);

        Assert.True(Assert.Single(hwmon.Meters).Read(2).IsGap);
    }

    [Theory]
    [InlineData("95.0%", 0.05, Quality.Measured)]
    [InlineData("98.5%", 0.015, Quality.Measured)]
    [InlineData("0.0%", 0.05, Quality.Assumed)]
    [InlineData("-3", 0.05, Quality.Assumed)]
    [InlineData(null, 0.05, Quality.Assumed)]
    public void The_accuracy_is_what_the_firmware_states_or_assumed(string? stated, double width, Quality quality)
    {
        Chip(0, "power_meter", ("power1_average", "200000000"));
        if (stated is not null)
            _disk.With("sys/class/hwmon/hwmon0/power1_accuracy", stated + "\n");

        using var hwmon = new HwmonMeters(_disk.Tree);
        var accuracy = Assert.Single(hwmon.Parts).Accuracy!;

        Assert.Equal(1 - width, accuracy.Bounds.Low, 9);
        Assert.Equal(quality, accuracy.Quality);
    }

    [Fact]
    public void A_meter_of_the_firmware_that_may_not_be_read_is_missing()
    {
        Chip(0, "power_meter", ("power1_average", "200000000"));

        using var hwmon = new HwmonMeters(_disk.Refusing(path => path.EndsWith("power1_average", StringComparison.Ordinal) ? Libc.PermissionDenied : 0));

        Assert.Empty(hwmon.Meters);
        Assert.Same(ReadFailure.Denied, Assert.Single(hwmon.Missing).Reason);
    }

    [Theory]
    [InlineData("-1")]
    [InlineData("")]
    [InlineData("12.5")]
    [InlineData("99999999999999999999")]
    [InlineData("9000000000000")] // 9 MW: no machine's
    public void A_power_that_is_none_is_a_gap_and_no_zero(string text)
    {
        Chip(0, "ina226", ("power1_input", "1000"));
        using var hwmon = new HwmonMeters(_disk.Tree);

        _disk.With("sys/class/hwmon/hwmon0/power1_input", text);

        Assert.True(Assert.Single(hwmon.Meters).Read(1).IsGap);
    }

    [Fact]
    public void Energies_are_counters_and_powers_are_integrated()
    {
        Chip(0, "sbtsi", ("energy1_input", "7000000"), ("power2_input", "1500"), ("power2_label", "rail"), ("powerX_input", "1"), ("power_input", "1"));

        using var hwmon = new HwmonMeters(_disk.Tree);

        Assert.Equal([("hwmon:sbtsi/energy1", MeterKind.EnergyCounter), ("hwmon:sbtsi/power2", MeterKind.Power)], hwmon.Meters.Select(meter => (meter.Description.Id, meter.Description.Kind)));
        // 1,500 µW are 1.5 mW, to the nearest.
        Assert.Equal([Reading.FromValue(7_000_000), Reading.FromValue(2)], hwmon.Meters.Select(meter => meter.Read(1)));
        Assert.All(hwmon.Meters, meter => Assert.Equal((Component.Other, MeterRole.Contained), (meter.Description.Component, meter.Description.Role)));
    }

    public void Dispose() => _disk.Dispose();
}
