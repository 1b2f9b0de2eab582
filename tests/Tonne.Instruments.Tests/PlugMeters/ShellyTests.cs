using System.Globalization;
using Tonne.Instruments.HttpPolling;
using Tonne.Instruments.Tests.HttpPolling;
using Tonne.Recording.Metering;
using Tonne.Runs;

namespace Tonne.Instruments.Tests.PlugMeters;

public class ShellyTests
{
    // The fields of /rpc/Shelly.GetStatus as Shelly documents them for a plug of the second generation.
    const string Rpc = """
        {"ble":{},"cloud":{"connected":false},"input:0":{"id":0,"state":false},
         "switch:0":{"id":0,"source":"init","output":true,"apower":151.3,"voltage":233.4,"current":0.68,"aenergy":{"total":1234.567,"by_minute":[2520.4,2512.1,2511.8],"minute_ts":1732264260},"temperature":{"tC":42.1,"tF":107.8}},
         "sys":{"mac":"A8032ABE54DC","restart_required":false,"uptime":121},"wifi":{"status":"got ip"}}
        """;

    // /status of the first generation (a Plug S).
    const string First = """
        {"wifi_sta":{"connected":true},"relays":[{"ison":true,"has_timer":false,"overpower":false}],
         "meters":[{"power":60.25,"overpower":0.0,"is_valid":true,"timestamp":1732264260,"counters":[60.1,60.2,60.3],"total":439237}],"temperature":34.48,"uptime":18961214}
        """;

    static PlayedDevice FirstGeneration(string text) => PlayedDevice.That(path => path == "status" ? PlayedDevice.Json(text) : HttpReply.FromStatus(404, default));

    static string Refusal(string address, string text) => Assert.Single(PlayedDevice.Saying(text).Opened(address).Sources.Missing).Reason;

    [Fact]
    public void The_second_generation_reports_watts_and_watt_hours()
    {
        using var plug = PlayedDevice.Saying(Rpc).Opened("shelly://plug");

        Assert.Equal(Reading.FromValue(151_300), plug.Read());
        Assert.Equal(["rpc/Shelly.GetStatus"], plug.Asked);
        Assert.Equal(["wall:shelly@plug", "wall:shelly@plug/energy"], plug.Sources.Meters.Select(meter => meter.Description.Id));
        Assert.Equal((MeterKind.EnergyCounter, MeterRole.Contained), (plug.Sources.Meters[1].Description.Kind, plug.Sources.Meters[1].Description.Role));
    }

    [Fact]
    public void The_first_generation_is_asked_by_its_status_page_and_never_by_rpc_again()
    {
        using var plug = FirstGeneration(First).Opened("shelly://plug");

        Assert.Equal(Reading.FromValue(60_250), plug.Turn(0.5));
        Assert.Equal(["rpc/Shelly.GetStatus", "status", "status"], plug.Asked);
    }

    // 6 W·min in a minute: 6 W; the counter of the first generation counts watt-minutes of 60 J.
    [Fact]
    public void Counters_are_watt_minutes_in_the_first_generation_and_watt_hours_in_the_second()
    {
        using var first = FirstGeneration(First).Opened("shelly://plug");
        first.Read();
        first.Answer = path => path == "status" ? PlayedDevice.Json(First.Replace("439237", "439243", StringComparison.Ordinal)) : HttpReply.FromStatus(404, default);
        first.Turn(60);
        using var second = PlayedDevice.Saying(Rpc).Opened("shelly://plug");
        second.Read();
        second.Answer = static _ => PlayedDevice.Json(Rpc.Replace("1234.567", "1234.667", StringComparison.Ordinal));
        second.Turn(60);

        Assert.Equal(360, ((PolledMeter)first.Sources.Meters[1]).SampledJoules, 6);
        Assert.Equal(360, ((PolledMeter)second.Sources.Meters[1]).SampledJoules, 6);
    }

    [Fact]
    public void Energy_meters_of_both_generations_tell_each_channel()
    {
        using var em = FirstGeneration("""{"emeters":[{"power":10.5,"is_valid":true,"total":5.0},{"power":20.5,"is_valid":true,"total":7.0},{"power":-1,"is_valid":true,"total":1}],"meters":[{"power":1,"is_valid":true}]}""").Opened("shelly://em/1");
        using var proEm = PlayedDevice.Saying("""{"em1:0":{"id":0,"act_power":34.5},"em1:1":{"id":1,"act_power":501.8},"em1data:1":{"total_act_energy":99.5}}""").Opened("shelly://em/1");
        using var threePhases = PlayedDevice.Saying("""{"em:0":{"id":0,"a_act_power":1,"total_act_power":777.25},"emdata:0":{"total_act":4564.1}}""").Opened("shelly://em");

        Assert.Equal(Reading.FromValue(20_500), em.Read());
        Assert.Equal(Reading.FromValue(501_800), proEm.Read());
        Assert.Equal(Reading.FromValue(777_250), threePhases.Read());
    }

    [Fact]
    public void Several_channels_must_be_named_and_two_supplies_are_added()
    {
        const string two = """{"switch:0":{"apower":100.0,"aenergy":{"total":1}},"switch:1":{"apower":120.5,"aenergy":{"total":2}}}""";
        using var both = PlayedDevice.Saying(two).Opened("shelly://h/0+1");

        Assert.Equal(Reading.FromValue(220_500), both.Read());
        Assert.Contains("meters 2 channels (0, 1)", Refusal("shelly://h", two), StringComparison.Ordinal);
        Assert.Contains("has no channel 2", Refusal("shelly://h/2", two), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"switch:0":{"id":0,"output":true}}""", "does not meter")]
    [InlineData("""{"switch:0":{"apower":null,"aenergy":{"total":1}}}""", "no reading now")]
    [InlineData("""{"switch:0":{"apower":-4.2}}""", "negative")]
    [InlineData("""{"switch:0":{"apower":0}}""", "impossible while this machine runs")]
    [InlineData("""{"switch:0":{"apower":1e300}}""", "more than is possible")]
    [InlineData("""{"switch:0":{"apower":1e999}}""", "more than is possible")]
    [InlineData("""{"switch:0":{"apower":NaN}}""", "not JSON")]
    [InlineData("""{"switch:0":{"apower":12""", "not JSON")]
    [InlineData("<!DOCTYPE html><html>", "HTML")]
    [InlineData("", "not JSON")]
    [InlineData("[1,2]", "does not meter")]
    [InlineData("\"switch:0\"", "does not meter")]
    public void What_is_no_power_of_this_machine_is_refused_and_never_zero(string text, string why) => Assert.Contains(why, Refusal("shelly://h", text), StringComparison.Ordinal);

    [Fact]
    public void A_reading_that_the_plug_itself_calls_invalid_is_a_gap()
    {
        using var plug = FirstGeneration(First).Opened("shelly://plug");
        plug.Answer = path => path == "status" ? PlayedDevice.Json(First.Replace("\"is_valid\":true", "\"is_valid\":false", StringComparison.Ordinal)) : HttpReply.FromStatus(404, default);

        Assert.Contains("not valid", plug.Turn(0.5).Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Power_that_disagrees_with_the_plugs_own_counter_gives_a_warning_and_agreement_gives_none()
    {
        Assert.Contains("power-against-counter", After(wattHoursPerSecond: 0.08));
        Assert.DoesNotContain("power-against-counter", After(wattHoursPerSecond: 100 / 3600.0));

        // 100 W for a minute is 6,000 J = 1.67 Wh; 0.08 Wh a second would be 288 W.
        static IReadOnlyList<string> After(double wattHoursPerSecond)
        {
            var at = 0;
            using var plug = PlayedDevice.That(_ => PlayedDevice.Json($$$"""{"pm1:0":{"apower":100,"aenergy":{"total":{{{(7000 + (wattHoursPerSecond * at)).ToString("F3", CultureInfo.InvariantCulture)}}} } } }""")).Opened("shelly://plug");
            plug.Read();
            for (at = 1; at <= 60; at++)
                plug.Turn(1);
            return [.. plug.Sources.GetFinalWarnings().Select(warning => warning.Code)];
        }
    }

    [Fact]
    public void Two_thousand_broken_answers_are_a_gap_each_or_a_power_that_can_be()
    {
        string[] seeds = [Rpc, First, """{"em:0":{"total_act_power":777.25},"emdata:0":{"total_act":4564.1}}"""];
        var random = new Random(1);
        using var plug = PlayedDevice.Saying(Rpc).Opened("shelly://plug");
        plug.Answer = path => HttpReply.FromStatus(path == "status" || random.Next(3) > 0 ? 200 : 404, Mangled.Bytes(seeds[random.Next(seeds.Length)], random));
        for (var i = 0; i < 2000; i++)
        {
            var reading = plug.Turn(0.5);
            Assert.True(reading.IsGap ? reading.Reason!.Length > 5 : reading.Value is > 0 and <= 150_000_000);
        }
    }
}
