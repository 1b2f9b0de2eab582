using Tonne.Hardware;
using Tonne.Instruments.Batteries;
using Tonne.Recording.Metering;

namespace Tonne.Instruments.Tests.Batteries;

public sealed class BatteryMetersTests : IDisposable
{
    readonly TreeOnDisk _disk = new();

    BatteryMetersTests Supply(string name, string type, params (string File, string Text)[] files)
    {
        _disk.With($"sys/class/power_supply/{name}/type", type + "\n");
        foreach (var (file, text) in files)
            _disk.With($"sys/class/power_supply/{name}/{file}", text + "\n");
        return this;
    }

    BatteryMetersTests OnBattery() => Supply("AC", "Mains", ("online", "0")).Supply("BAT0", "Battery", ("status", "Discharging"), ("power_now", "10000000"));

    [Fact]
    public void On_battery_all_of_the_machine_is_offered()
    {
        OnBattery();

        using var batteries = new BatteryMeters(_disk.Tree);

        Assert.Equal(Component.Platform, Assert.Single(batteries.Parts).Component);
        Assert.Equal(Reading.FromValue(10_000), Assert.Single(batteries.Meters).Read(1));
    }

    [Fact]
    public void A_supply_plugged_in_half_way_is_a_gap_until_it_is_pulled_again()
    {
        OnBattery();
        using var batteries = new BatteryMeters(_disk.Tree);
        var meter = Assert.Single(batteries.Meters);

        Supply("AC", "Mains", ("online", "1"));
        var plugged = meter.Read(1);
        Supply("AC", "Mains", ("online", "0"));

        Assert.Same(BatteryMeter.OnMains, plugged.Reason);
        Assert.Equal(Reading.FromValue(10_000), meter.Read(2));
    }

    [Theory]
    [InlineData("Charging")]
    [InlineData("Full")]
    [InlineData("Not charging")]
    public void A_battery_that_does_not_give_power_is_missing_with_its_reason(string status)
    {
        Supply("BAT0", "Battery", ("status", status), ("power_now", "0"));

        using var batteries = new BatteryMeters(_disk.Tree);

        Assert.Empty(batteries.Parts);
        Assert.Empty(batteries.Meters);
        var missing = Assert.Single(batteries.Missing);
        Assert.Same(BatteryMeter.OnMains, missing.Reason);
        Assert.Contains("unplug the machine", Assert.Single(missing.Remedies).Summary);
    }

    [Fact]
    public void A_current_that_flows_out_may_have_a_sign()
    {
        Supply("BAT0", "Battery", ("status", "Discharging"), ("current_now", "-1500000"), ("voltage_now", "7600000"));

        using var batteries = new BatteryMeters(_disk.Tree);

        // 1.5 A x 7.6 V = 11.4 W
        Assert.Equal(Reading.FromValue(11_400), Assert.Single(batteries.Meters).Read(1));
    }

    [Theory]
    [InlineData("0")]
    [InlineData("")]
    [InlineData("--5")]
    [InlineData("99999999999")]
    public void A_gauge_that_says_nothing_while_discharging_is_a_gap_and_no_zero(string text)
    {
        OnBattery();
        using var batteries = new BatteryMeters(_disk.Tree);

        _disk.With("sys/class/power_supply/BAT0/power_now", text);

        Assert.True(Assert.Single(batteries.Meters).Read(1).IsGap);
    }

    [Fact]
    public void A_battery_that_rests_beside_one_that_gives_power_adds_nothing()
    {
        OnBattery().Supply("BAT1", "Battery", ("status", "Unknown"), ("power_now", "0"));

        using var batteries = new BatteryMeters(_disk.Tree);

        Assert.Equal(Reading.FromValue(10_000), Assert.Single(batteries.Meters).Read(1));
    }

    [Fact]
    public void A_bay_without_its_battery_and_a_battery_without_a_gauge_tell_nothing()
    {
        Supply("BAT1", "Battery", ("present", "0"), ("status", "Unknown"));
        using var empty = new BatteryMeters(_disk.Tree);
        Supply("BAT0", "Battery", ("present", "1"), ("status", "Discharging"), ("capacity", "80"));
        using var mute = new BatteryMeters(_disk.Tree);

        Assert.Empty(empty.Missing);
        Assert.Contains("neither power nor current", Assert.Single(mute.Missing).Reason);
        Assert.EndsWith("BAT0", mute.Missing[0].Path);
    }

    [Fact]
    public void A_virtual_machine_is_shown_its_hosts_battery_and_does_not_take_it_for_its_own()
    {
        OnBattery();

        using var batteries = new BatteryMeters(_disk.Tree, isVirtual: true);

        Assert.Empty(batteries.Parts);
        Assert.Contains("host's", Assert.Single(batteries.Missing).Reason);
    }

    [Fact]
    public void A_desktop_without_a_battery_says_nothing()
    {
        Supply("hidpp_battery_0", "Battery", ("scope", "Device"), ("status", "Discharging"));

        using var batteries = new BatteryMeters(_disk.Tree);

        Assert.Empty(batteries.Missing);
        Assert.Empty(batteries.Meters);
    }

    public void Dispose() => _disk.Dispose();
}
