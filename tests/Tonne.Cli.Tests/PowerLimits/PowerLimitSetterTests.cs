using Tonne.Cli.PowerLimits;
using Tonne.Instruments.PowerLimits;

namespace Tonne.Cli.Tests.PowerLimits;

public class PowerLimitSetterTests
{
    readonly List<string> _log = [];

    static PowerLimitSetter Of(params ScriptedDevice[] devices) => new(devices, [.. devices.Select(device => device.Now)]);

    [Fact]
    public void All_devices_are_set_in_order_and_restored_the_last_first()
    {
        var (first, second) = (new ScriptedDevice("first", 300, _log), new ScriptedDevice("second", 350, _log));
        var setter = Of(first, second);

        setter.Set([200_000_000, 250_000_000]);
        Assert.Equal((200_000_000, 250_000_000), (first.Now, second.Now));
        Assert.Empty(setter.Restore());

        Assert.Equal(["first 200", "second 250", "second 350", "first 300"], _log);
        Assert.Equal((300_000_000, 350_000_000), (first.Now, second.Now));
    }

    [Fact]
    public void Where_the_second_refuses_the_first_has_again_what_it_had()
    {
        var (first, second) = (new ScriptedDevice("first", 300, _log), new ScriptedDevice("second", 300, _log) { Refused = { 200 } });

        var error = Assert.Throws<PowerLimitException>(() => Of(first, second).Set([200_000_000, 200_000_000]));

        Assert.Equal("second refuses 200 W.", error.Message);
        Assert.Equal((300_000_000, 300_000_000), (first.Now, second.Now));
        Assert.Equal(["first 200", "second 200", "first 300"], _log);
    }

    [Fact]
    public void A_device_that_holds_another_limit_than_it_was_given_is_an_error()
    {
        var device = new ScriptedDevice("card", 300, _log) { Ceiling = 320 };

        var error = Assert.Throws<PowerLimitException>(() => Of(device).Set([350_000_000]));

        Assert.Contains("card was given a limit of 350 W and holds 320 W", error.Message);
        Assert.Equal(300_000_000, device.Now);
    }

    [Fact]
    public void A_device_that_cannot_be_restored_is_named_and_keeps_no_other_from_it()
    {
        var (first, second) = (new ScriptedDevice("first", 300, _log), new ScriptedDevice("second", 310, _log));
        var setter = Of(first, second);
        setter.Set([200_000_000, 200_000_000]);
        second.Refused.Add(310);

        var problem = Assert.Single(setter.Restore());

        Assert.Contains("second could not be set back to 310 W", problem);
        Assert.Equal(300_000_000, first.Now);
    }
}
