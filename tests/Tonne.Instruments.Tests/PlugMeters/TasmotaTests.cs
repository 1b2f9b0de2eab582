using Tonne.Instruments.HttpPolling;
using Tonne.Instruments.Tests.HttpPolling;
using Tonne.Recording.Metering;

namespace Tonne.Instruments.Tests.PlugMeters;

public class TasmotaTests
{
    // Status 10 as the Tasmota documentation shows it.
    const string Status = """
        {"StatusSNS":{"Time":"2026-11-22T12:00:00","ENERGY":{"TotalStartTime":"2025-01-01T00:00:00","Total":123.456,"Yesterday":2.4,"Today":1.2,"Period":0,"Power":146,"ApparentPower":160,"ReactivePower":64,"Factor":0.91,"Voltage":233,"Current":0.687}}}
        """;

    static string Refusal(string text) => Assert.Single(PlayedDevice.Saying(text).Opened("tasmota://h").Sources.Missing).Reason;

    [Fact]
    public void It_reports_watts_and_kilowatt_hours()
    {
        using var plug = PlayedDevice.Saying(Status).Opened("tasmota://plug");

        Assert.Equal(Reading.FromValue(146_000), plug.Read());
        Assert.Equal(["cm?cmnd=Status%2010"], plug.Asked);
        plug.Answer = static _ => PlayedDevice.Json(Status.Replace("123.456", "123.457", StringComparison.Ordinal));
        plug.Turn(25);
        // 1 Wh.
        Assert.Equal(3600, ((PolledMeter)plug.Sources.Meters[1]).SampledJoules, 3);
    }

    [Fact]
    public void Several_channels_are_lists_and_old_firmware_says_it_elsewhere()
    {
        using var second = PlayedDevice.Saying("""{"StatusSNS":{"ENERGY":{"Total":[1.5,2.5],"Power":[100,33]}}}""").Opened("tasmota://h/1");
        using var old = PlayedDevice.Saying("""{"StatusPWR":{"Total":0.520,"Power":27,"Voltage":234}}""").Opened("tasmota://h");

        Assert.Equal(Reading.FromValue(33_000), second.Read());
        Assert.Equal(Reading.FromValue(27_000), old.Read());
    }

    [Theory]
    [InlineData("""{"WARNING":"Need user=<username>&password=<password>"}""", "TONNE_METER_PASSWORD")]
    [InlineData("""{"StatusSNS":{"Time":"2026-11-22T12:00:00","Switch1":"OFF"}}""", "does not meter")]
    [InlineData("""{"Command":"Unknown"}""", "does not meter")]
    [InlineData("""{"StatusSNS":{"ENERGY":{"Power":"146"}}}""", "no power")]
    [InlineData("""{"StatusSNS":{"ENERGY":{"Power":[100,33]}}}""", "meters 2 channels")]
    [InlineData("""{"StatusSNS":{"ENERGY":{"Power":0}}}""", "impossible while this machine runs")]
    public void An_answer_without_power_of_this_machine_is_refused_with_the_reason(string text, string why) => Assert.Contains(why, Refusal(text), StringComparison.Ordinal);

    [Fact]
    public void Two_thousand_broken_answers_are_a_gap_each_or_a_power_that_can_be()
    {
        var random = new Random(2);
        using var plug = PlayedDevice.Saying(Status).Opened("tasmota://plug");
        plug.Answer = _ => HttpReply.FromStatus(200, Mangled.Bytes(Status, random));
        for (var i = 0; i < 2000; i++)
        {
            var reading = plug.Turn(0.5);
            Assert.True(reading.IsGap ? reading.Reason!.Length > 5 : reading.Value is > 0 and <= 150_000_000);
        }
    }
}
