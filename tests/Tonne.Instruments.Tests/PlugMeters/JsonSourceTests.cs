using Tonne.Instruments.HttpPolling;
using Tonne.Instruments.Tests.HttpPolling;
using Tonne.Recording.Metering;

namespace Tonne.Instruments.Tests.PlugMeters;

public class JsonSourceTests
{
    static Reading Read(string pointer, string text)
    {
        using var device = PlayedDevice.Saying(text).Opened($"json+http://h/state?a=1#{pointer}");
        return device.Sources.Missing.Count == 0 ? device.Read() : Reading.FromGapReason(device.Sources.Missing[0].Reason);
    }

    // RFC 6901, section 5: the document of its examples.
    [Theory]
    [InlineData("/foo/0", """{"foo":[42,"baz"]}""", 42_000)]
    [InlineData("/a~1b", """{"a/b":1}""", 1_000)]
    [InlineData("/m~0n", """{"m~n":8}""", 8_000)]
    [InlineData("/", """{"":3}""", 3_000)]
    [InlineData("/power?unit=kW", """{"power":1.25}""", 1_250_000)]
    [InlineData("/power?unit=mW", """{"power":4500}""", 4_500)]
    [InlineData("/state", """{"entity_id":"sensor.server_power","state":"87.5"}""", 87_500)]
    public void A_pointer_leads_to_the_power_in_its_unit(string pointer, string text, long milliwatts) => Assert.Equal(Reading.FromValue(milliwatts), Read(pointer, text));

    [Theory]
    [InlineData("/foo/7", """{"foo":[42]}""", "reports nothing at /foo/7")]
    [InlineData("/foo/x", """{"foo":[42]}""", "reports nothing")]
    [InlineData("/state", """{"state":"unavailable"}""", "is not a number")]
    [InlineData("/state", """{"state":"NaN"}""", "NaN")]
    [InlineData("/state", """{"state":"-Infinity"}""", "negative")]
    [InlineData("/state", """{"state":{}}""", "is not a number")]
    [InlineData("/state", "<html><body>login</body></html>", "HTML")]
    public void What_is_not_a_power_is_a_reason(string pointer, string text, string why) => Assert.Contains(why, Read(pointer, text).Reason, StringComparison.Ordinal);

    [Fact]
    public void An_answer_nested_too_deep_is_not_JSON() => Assert.Contains("not JSON", Read("/a", new string('[', 100_000)).Reason, StringComparison.Ordinal);

    [Fact]
    public void Statuses_that_are_no_answer_say_why()
    {
        foreach (var (status, why) in new[] { (302, "not followed"), (401, "password"), (404, "nothing exists at that path"), (500, "500") })
        {
            using var device = PlayedDevice.That(_ => HttpReply.FromStatus(status, default)).Opened("json+http://h/x#/p");
            Assert.Contains(why, Assert.Single(device.Sources.Missing).Reason, StringComparison.Ordinal);
        }
    }
}
