using Tonne.Instruments.HttpPolling;
using Tonne.Instruments.Tests.HttpPolling;
using Tonne.Recording.Metering;

namespace Tonne.Instruments.Tests.Redfish;

public class RedfishTests
{
    // The members that DMTF's schema Power v1.7 gives a control.
    const string Power = """
        {"@odata.type":"#Power.v1_7_1.Power","Id":"Power","Name":"Power","PowerControl":[
          {"MemberId":"0","Name":"System Power Control","PowerConsumedWatts":344,"PowerCapacityWatts":800,"PowerMetrics":{"IntervalInMin":30,"MinConsumedWatts":271,"MaxConsumedWatts":489,"AverageConsumedWatts":319}},
          {"MemberId":"1","Name":"CPU Sub-system Power","PowerConsumedWatts":120}]}
        """;

    // EnvironmentMetrics v1.3.
    const string Environment = """{"@odata.type":"#EnvironmentMetrics.v1_3_0.EnvironmentMetrics","PowerWatts":{"DataSourceUri":"/redfish/v1/Chassis/1/Sensors/TotalPower","Reading":412.5},"EnergykWh":{"Reading":325675.25}}""";

    const string Chassis = """{"Id":"1","Power":{"@odata.id":"/redfish/v1/Chassis/1/Power"},"EnvironmentMetrics":{"@odata.id":"/redfish/v1/Chassis/1/EnvironmentMetrics"}}""";

    static PlayedDevice Controller(Dictionary<string, string> resources, string address = "redfish+https://monitor@bmc") =>
        PlayedDevice.That(path => resources.TryGetValue(path, out var text) ? PlayedDevice.Json(text) : HttpReply.FromStatus(404, default)).Opened(address);

    [Fact]
    public void The_first_power_control_is_the_machine_and_its_parts_are_not_added()
    {
        using var controller = PlayedDevice.Saying(Power).Opened("redfish+https://monitor@bmc/redfish/v1/Chassis/1/Power");

        Assert.Equal(Reading.FromValue(344_000), controller.Read());
        Assert.Equal(["redfish/v1/Chassis/1/Power"], controller.Asked);
        Assert.Equal("redfish:bmc", controller.Meter.Description.Id);
    }

    [Fact]
    public void Environment_metrics_tell_power_and_energy()
    {
        using var controller = PlayedDevice.Saying(Environment).Opened("redfish+https://bmc/redfish/v1/Chassis/1/EnvironmentMetrics");

        Assert.Equal(Reading.FromValue(412_500), controller.Read());
        controller.Answer = static _ => PlayedDevice.Json(Environment.Replace("325675.25", "325675.26", StringComparison.Ordinal));
        controller.Turn(100);
        // 0.01 kWh.
        Assert.Equal(36_000, ((PolledMeter)controller.Sources.Meters[1]).SampledJoules, 3);
    }

    [Fact]
    public void Without_a_path_the_only_chassis_is_found_once_and_its_metrics_asked_from_then_on()
    {
        using var controller = Controller(new()
        {
            ["redfish/v1/Chassis"] = """{"Members":[{"@odata.id":"/redfish/v1/Chassis/1"}],"Members@odata.count":1}""",
            ["redfish/v1/Chassis/1"] = Chassis,
            ["redfish/v1/Chassis/1/EnvironmentMetrics"] = Environment,
            ["redfish/v1/Chassis/1/Power"] = Power,
        });

        Assert.Equal(Reading.FromValue(412_500), controller.Read());
        controller.Asked.Clear();
        controller.Turn(2);
        Assert.Equal(["redfish/v1/Chassis/1/EnvironmentMetrics"], controller.Asked);
    }

    [Theory]
    [InlineData("""{"PowerWatts":{"Reading":null}}""")]
    [InlineData("""{"TemperatureCelsius":{"Reading":30}}""")]
    [InlineData(null)]
    public void Environment_metrics_without_a_power_lead_to_the_older_resource(string? environment)
    {
        var resources = new Dictionary<string, string> { ["redfish/v1/Chassis/1"] = Chassis, ["redfish/v1/Chassis/1/Power"] = Power };
        if (environment is not null)
            resources["redfish/v1/Chassis/1/EnvironmentMetrics"] = environment;
        using var controller = Controller(resources, "redfish+https://bmc/redfish/v1/Chassis/1");

        Assert.Equal(Reading.FromValue(344_000), controller.Read());
    }

    [Fact]
    public void Several_chassis_must_be_named()
    {
        using var controller = Controller(new() { ["redfish/v1/Chassis"] = """{"Members":[{"@odata.id":"/redfish/v1/Chassis/Enclosure"},{"@odata.id":"/redfish/v1/Chassis/Node1"}]}""" });

        Assert.Contains("2 chassis (/redfish/v1/Chassis/Enclosure, /redfish/v1/Chassis/Node1)", Assert.Single(controller.Sources.Missing).Reason, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"PowerControl":[]}""", "no PowerConsumedWatts")]
    [InlineData("""{"PowerControl":[{"PowerConsumedWatts":null}]}""", "no value now")]
    [InlineData("""{"PowerControl":[{"PowerConsumedWatts":-3}]}""", "negative")]
    [InlineData("""{"PowerControl":[{"PowerConsumedWatts":0}]}""", "impossible while this machine runs")]
    [InlineData("""{"error":{"code":"Base.1.8.GeneralError"}}""", "no power")]
    [InlineData("""{"Power":{"@odata.id":"http://elsewhere/redfish"}}""", "no power")]
    [InlineData("""{"Power":{"@odata.id":"/redfish/v1/Chassis/1/Power"}}""", "no power")]
    public void An_answer_without_power_is_refused_with_the_reason(string text, string why)
    {
        using var controller = PlayedDevice.Saying(text).Opened("redfish+https://bmc/redfish/v1/Chassis/1/Power");

        Assert.Contains(why, Assert.Single(controller.Sources.Missing).Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Links_that_lead_in_a_circle_come_to_an_end()
    {
        using var controller = PlayedDevice.Saying(Chassis).Opened("redfish+https://bmc");

        Assert.Single(controller.Sources.Missing);
        Assert.True(controller.Asked.Count <= 5);
    }

    [Fact]
    public void Two_thousand_broken_answers_are_a_gap_each_or_a_power_that_can_be()
    {
        string[] seeds = [Power, Environment, Chassis];
        var random = new Random(3);
        using var controller = PlayedDevice.Saying(Power).Opened("redfish+https://bmc");
        controller.Answer = _ => HttpReply.FromStatus(200, Mangled.Bytes(seeds[random.Next(seeds.Length)], random));
        for (var i = 0; i < 2000; i++)
        {
            var reading = controller.Turn(2);
            Assert.True(reading.IsGap ? reading.Reason!.Length > 5 : reading.Value is > 0 and <= 150_000_000);
        }
    }
}
