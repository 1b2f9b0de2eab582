using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Tonne.Hardware;
using Tonne.Instruments.HttpPolling;
using Tonne.Instruments.Otlp;
using Tonne.Instruments.Tests.HttpPolling;

namespace Tonne.Instruments.Tests.Otlp;

public class HardwareMetricsTests
{
    // After the JSON example of opentelemetry-proto (examples/metrics.json): texts for 64-bit integers, lower camel case.
    static string Json(string metrics) => $$$"""
        {"resourceMetrics":[{"resource":{"attributes":[{"key":"host.name","value":{"stringValue":"node1"}}]},
        "scopeMetrics":[{"scope":{"name":"collector"},"metrics":[{{{metrics}}}]}]}]}
        """;

    static string Sum(string name, string value, string start, string time, int temporality = 2, string id = "cpu-0", string type = "cpu", string unit = "J", string more = "") => $$$"""
        {"name":"{{{name}}}","unit":"{{{unit}}}","sum":{"aggregationTemporality":{{{temporality}}},"isMonotonic":true,"dataPoints":[
        {"startTimeUnixNano":"{{{start}}}","timeUnixNano":"{{{time}}}",{{{value}}},"attributes":[
        {"key":"hw.id","value":{"stringValue":"{{{id}}}"}},{"key":"hw.type","value":{"stringValue":"{{{type}}}"}}{{{more}}}]}]}}
        """;

    static string At(double seconds) => ((long)((new DateTimeOffset(2026, 3, 1, 12, 0, 0, TimeSpan.Zero) - DateTimeOffset.UnixEpoch).TotalSeconds + seconds) * 1_000_000_000).ToString(CultureInfo.InvariantCulture);

    static (OtlpSource Source, HandTime Time) Open(string address = "otlp://127.0.0.1:4318")
    {
        Assert.True(SourceAddress.TryParse(address, out var parsed, out var problem), problem);
        var time = new HandTime();
        return (new OtlpSource(parsed, static _ => null) { Time = time }, time);
    }

    static void Take(OtlpSource source, string metrics) => Assert.True(source.Take(Encoding.UTF8.GetBytes(Json(metrics)), isJson: true));

    static long Read(OtlpSource source, string key) => source.Read().Values.Single(value => value.Key == key).Value.Value;

    [Fact]
    public void An_export_in_json_is_read_with_the_host_of_its_resource()
    {
        var points = HardwareMetrics.ReadJson(Encoding.UTF8.GetBytes(Json(Sum("hw.energy", "\"asDouble\":12.5", "1544712660000000000", "1544712661000000000")
            + "," + Sum("hw.other", "\"asInt\":\"3\"", "0", "0"))));

        var point = Assert.Single(points);
        Assert.Equal(("hw.energy", "J", 2, 12.5), (point.Metric, point.Unit, point.Temporality, point.Value!.Value));
        Assert.Equal((1_544_712_660_000_000_000UL, 1_544_712_661_000_000_000UL), (point.Start, point.Time));
        Assert.Equal("node1", point.Attributes["host"]);
    }

    // By hand, after the field numbers of opentelemetry-proto: ResourceMetrics 1, ScopeMetrics 2, Metric 2, name 1, unit 3, gauge 5, NumberDataPoint 1,
    // time 3 (fixed64), as_double 4, as_int 6, attributes 7, key 1, value 2, string 1.
    [Fact]
    public void An_export_in_protocol_buffers_is_read()
    {
        byte[] attribute = [0x0A, 5, .. "hw.id"u8, 0x12, 6, 0x0A, 4, .. "gpu0"u8];
        byte[] point = [0x19, 1, 0, 0, 0, 0, 0, 0, 0, 0x31, 70, 0, 0, 0, 0, 0, 0, 0, 0x3A, (byte)attribute.Length, .. attribute];
        byte[] gauge = [0x0A, (byte)point.Length, .. point];
        byte[] metric = [0x0A, 8, .. "hw.power"u8, 0x1A, 1, .. "W"u8, 0x2A, (byte)gauge.Length, .. gauge];
        byte[] scope = [0x12, (byte)metric.Length, .. metric];
        byte[] resource = [0x12, (byte)scope.Length, .. scope];

        var read = Assert.Single(HardwareMetrics.ReadProtobuf([0x0A, (byte)resource.Length, .. resource]));

        Assert.Equal(("hw.power", "W", false, 70.0, 1UL), (read.Metric, read.Unit, read.IsSum, read.Value!.Value, read.Time));
        Assert.Equal("gpu0", read.Attributes["hw.id"]);
    }

    [Fact]
    public void A_cumulative_sum_counts_on_when_its_sender_starts_again()
    {
        var (source, time) = Open();
        using var _ = source;
        Take(source, Sum("hw.energy", "\"asDouble\":1000", At(-100), At(0)));
        time.Advance(10);
        Take(source, Sum("hw.energy", "\"asDouble\":1300", At(-100), At(10)));
        Assert.Equal(1_300_000_000, Read(source, "cpu-0 hw.energy"));

        // Restarted at 12 s, and it has counted 50 J in the 8 s since.
        time.Advance(10);
        Take(source, Sum("hw.energy", "\"asDouble\":50", At(12), At(20)));
        Assert.Equal(1_350_000_000, Read(source, "cpu-0 hw.energy"));
        // Its sender restarted, and the counter, of gigajoules, went on: 10 J.
        time.Advance(10);
        Take(source, Sum("hw.energy", "\"asDouble\":60", At(12), At(30)));
        Assert.Equal(1_360_000_000, Read(source, "cpu-0 hw.energy"));
        // Sent twice: once.
        Take(source, Sum("hw.energy", "\"asDouble\":60", At(12), At(30)));
        Assert.Equal(1_360_000_000, Read(source, "cpu-0 hw.energy"));
        // Lower without a word of a start: the reader of the meter must see it.
        time.Advance(10);
        Take(source, Sum("hw.energy", "\"asDouble\":20", At(12), At(40)));
        Assert.Equal(20_000_000, Read(source, "cpu-0 hw.energy"));
    }

    [Fact]
    public void Deltas_add_up_once_each_and_lost_ones_are_said()
    {
        var (source, time) = Open();
        using var _ = source;
        Take(source, Sum("hw.energy", "\"asInt\":\"30\"", At(-10), At(0), temporality: 1));
        time.Advance(10);
        Take(source, Sum("hw.energy", "\"asInt\":\"40\"", At(0), At(10), temporality: 1));
        Take(source, Sum("hw.energy", "\"asInt\":\"40\"", At(0), At(10), temporality: 1));
        Assert.Equal(70_000_000, Read(source, "cpu-0 hw.energy"));
        Assert.Empty(source.GetFinalWarnings());

        time.Advance(20);
        Take(source, Sum("hw.energy", "\"asInt\":\"5\"", At(25), At(30), temporality: 1));
        Assert.Equal(75_000_000, Read(source, "cpu-0 hw.energy"));
        // Between 10 s and 25 s.
        Assert.Contains("15 s", Assert.Single(source.GetFinalWarnings()).Text, StringComparison.Ordinal);
    }

    [Fact]
    public void Parts_are_by_type_and_what_is_inside_another_is_not_summed()
    {
        var (source, _) = Open();
        using var __ = source;
        Take(source, Sum("hw.energy", "\"asDouble\":10", At(-9), At(0))
            + "," + Sum("hw.energy", "\"asDouble\":4", At(-9), At(0), id: "core-0", more: ",{\"key\":\"hw.parent\",\"value\":{\"stringValue\":\"cpu-0\"}}")
            + "," + Sum("hw.energy", "\"asDouble\":70", At(-9), At(0), id: "gpu-1", type: "gpu", unit: "kJ")
            + "," + Sum("hw.energy", "\"asDouble\":7", At(-9), At(0), id: "psu-0", type: "power_supply"));

        var offer = source.GetCapabilities(source.Read());

        Assert.Equal([(Component.Cpu, "otlp/cpu-0"), (Component.Gpu, "otlp/gpu-1")], offer.Parts.Select(part => (part.Component, Assert.Single(part.Meters))));
        Assert.Equal(4, offer.Channels.Count);
        Assert.Equal(70_000_000_000, Read(source, "gpu-1 hw.energy"));
    }

    [Fact]
    public void Several_hosts_are_refused_and_silence_is_a_gap()
    {
        var (source, time) = Open();
        using var _ = source;
        Assert.Contains("has been sent no hw.energy", source.Read().Reason, StringComparison.Ordinal);
        Take(source, Sum("hw.energy", "\"asDouble\":10", At(-9), At(0)));
        time.Advance(91);
        Assert.True(source.Read().Values.Single().Value.Age > source.MaxValueAge);
        source.Take(Encoding.UTF8.GetBytes(Json(Sum("hw.energy", "\"asDouble\":10", At(-9), At(0))).Replace("node1", "node2", StringComparison.Ordinal)), isJson: true);
        Assert.Contains("node1, node2", source.Read().Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Whatever_is_sent_is_read_or_refused_as_malformed()
    {
        var random = new Random(1130);
        var json = Json(Sum("hw.energy", "\"asDouble\":1000", "1", "2"));
        byte[] binary = [0x0A, 32, 0x12, 30, 0x12, 28, 0x0A, 9, .. "hw.energy"u8, 0x3A, 15, 0x0A, 11, 0x19, 1, 0, 0, 0, 0, 0, 0, 0, 0x40, 1, 0x10, 2];
        for (var i = 0; i < 5_000; i++)
        {
            var (source, _) = Open();
            using (source)
            {
                var isJson = random.Next(2) == 0;
                var export = isJson ? Mangled.Bytes(json, random) : [.. binary];
                if (!isJson)
                {
                    for (var edits = random.Next(4); edits > 0; edits--)
                        export[random.Next(export.Length)] = (byte)random.Next(256);
                    export = export[..random.Next(1, export.Length + 1)];
                }

                try
                {
                    source.Take(export, isJson);
                }
                catch (FormatException)
                {
                    continue;
                }

                Assert.All(source.Read().Values, value => Assert.True(value.Value.Reason is not null || value.Value.Value >= 0));
            }
        }
    }

    [Fact]
    public async Task A_collector_sends_over_http_and_gets_what_the_protocol_says()
    {
        using var free = new TcpListener(IPAddress.Loopback, 0);
        free.Start();
        var port = ((IPEndPoint)free.LocalEndpoint).Port;
        free.Stop();
        Assert.True(SourceAddress.TryParse($"otlp://127.0.0.1:{port.ToString(CultureInfo.InvariantCulture)}", out var address, out _));
        using var source = new OtlpSource(address, static _ => null);
        source.Poll(null!);
        using var client = new HttpClient();
        var cancellation = TestContext.Current.CancellationToken;

        async Task<int> PostAsync(string path, string type, string body)
        {
            using var content = new StringContent(body, Encoding.UTF8, type);
            using var answer = await client.PostAsync(new Uri($"http://127.0.0.1:{port.ToString(CultureInfo.InvariantCulture)}{path}"), content, cancellation);
            return (int)answer.StatusCode;
        }

        Assert.Equal(400, await PostAsync("/v1/metrics", "application/json", "{"));
        Assert.Contains("cannot be read", source.Read().Reason, StringComparison.Ordinal);
        Assert.Equal(404, await PostAsync("/v1/traces", "application/json", "{}"));
        Assert.Equal(415, await PostAsync("/v1/metrics", "text/plain", "{}"));
        Assert.Equal(200, await PostAsync("/v1/metrics", "application/json", Json(Sum("hw.energy", "\"asDouble\":10", "1", "2"))));
        Assert.Equal(10_000_000, Read(source, "cpu-0 hw.energy"));
    }
}
