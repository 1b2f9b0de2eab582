using System.Collections.Concurrent;
using System.IO.Compression;
using System.Net;
using Tonne.OpenTelemetry.Tests.Otlp;
using Tonne.OpenTelemetry.Tests.RemoteWrite;

namespace Tonne.OpenTelemetry.Tests;

public class MetricSenderTests
{
    static readonly TimeSpan _limit = TimeSpan.FromMinutes(1);
    static readonly DateTimeOffset _start = new(2026, 11, 30, 12, 0, 0, TimeSpan.Zero);

    static MetricValue Value(string name, string unit, MetricValueKind kind, double value, params (string Name, string Value)[] attributes) =>
        new(name, unit, kind, [.. attributes.Select(static each => KeyValuePair.Create(each.Name, each.Value))], value, _start.AddSeconds(15), _start);

    static MetricValue[] Values() =>
    [
        Value("hw.energy", "J", MetricValueKind.Counter, 12.5, ("node", "n1"), ("hw.id", "gpu-0")),
        Value("hw.power", "W", MetricValueKind.Gauge, 300, ("node", "n1"), ("hw.id", "gpu-0"), ("account", "")),
        Value("tonne.job.carbon", "g", MetricValueKind.UpDownCounter, 2, ("node", "n1"), ("tonne.bound", "best"), ("name", "half \ud800 of a pair")),
    ];

    static MetricSenderOptions CreateOptions(Uri endpoint, MetricProtocol protocol) => new()
    {
        Endpoint = endpoint,
        Protocol = protocol,
        FirstRetryDelay = TimeSpan.FromMilliseconds(10),
        LongestRetryDelay = TimeSpan.FromMilliseconds(50),
        ShutdownTimeout = _limit,
        Resource = { ["service.name"] = "tonne-agent", ["service.instance.id"] = "n1", ["host.name"] = "n1" },
    };

    [Fact]
    public async Task By_remote_write_names_and_labels_are_those_of_prometheus_and_series_end()
    {
        await using var receiver = await Receiver.StartAsync();
        using var sender = new MetricSender(CreateOptions(receiver.Endpoint, MetricProtocol.RemoteWrite));

        sender.Send(Values());
        sender.End([Values()[1]]);
        Assert.True(sender.Close());

        Assert.Equal(
            ["hw_energy_joules_total{hw_id=\"gpu-0\",instance=\"n1\",job=\"tonne-agent\",node=\"n1\"} 12.5",
                "hw_power_watts{hw_id=\"gpu-0\",instance=\"n1\",job=\"tonne-agent\",node=\"n1\"} 300",
                "tonne_job_carbon_grams{instance=\"n1\",job=\"tonne-agent\",name=\"half \ufffd of a pair\",node=\"n1\",tonne_bound=\"best\"} 2"],
            (await receiver.TakeAsync()).Values.Select(static pair => FormattableString.Invariant($"{pair.Key} {pair.Value}")));
        // The stale marker of the remote write specification.
        Assert.Equal(0x7ff0000000000002, BitConverter.DoubleToInt64Bits((await receiver.TakeAsync()).Message.Series.Single().Samples.Single().Value));
        Assert.Equal((4L, 0), (sender.Delivered, sender.Waiting));
    }

    [Fact]
    public async Task By_otlp_names_stay_sums_are_cumulative_and_a_busy_server_is_asked_again()
    {
        using var server = new OtlpServer();
        server.Answers.Enqueue(503);
        using var sender = new MetricSender(CreateOptions(server.Endpoint, MetricProtocol.Otlp));

        sender.Send(Values());
        sender.End([Values()[0]]);
        Assert.True(sender.Close());

        // The first one twice: the 503 was repeated.
        Assert.Equal(3, server.Requests.Count);
        var (type, request) = server.Requests.ToArray()[1];
        Assert.Equal("application/x-protobuf", type);
        var metrics = Assert.Single(Assert.Single(request.Resources).Scopes).Metrics;
        Assert.Equal(["hw.energy J Sum", "hw.power W Gauge", "tonne.job.carbon g Sum"], metrics.Select(static metric => $"{metric.Name} {metric.Unit} {metric.DataCase}"));
        Assert.Equal([(2, true), (2, false)], metrics.Where(static metric => metric.Sum is not null).Select(static metric => (metric.Sum.Temporality, metric.Sum.IsMonotonic)));
        var point = Assert.Single(metrics[0].Sum.Points_);
        // 2026-11-30T12:00:00Z is 1796040000 s.
        Assert.Equal((1_796_040_000_000_000_000UL, 1_796_040_015_000_000_000UL, 12.5), (point.StartNanoseconds, point.Nanoseconds, point.AsDouble));
        Assert.Equal(["node n1", "hw.id gpu-0"], point.Attributes.Select(static each => $"{each.Key} {each.Value.Text}"));
        Assert.Equal(Point.ValueOneofCase.None, server.Requests.ToArray()[2].Request.Resources[0].Scopes[0].Metrics[0].Sum.Points_[0].ValueCase);
    }

    // OTLP names 429, 502, 503 and 504 as those after which a request is repeated.
    [Fact]
    public async Task An_error_of_an_otlp_server_that_is_final_drops_the_request_and_says_so()
    {
        using var server = new OtlpServer();
        server.Answers.Enqueue(500);
        using var sender = new MetricSender(CreateOptions(server.Endpoint, MetricProtocol.Otlp));

        sender.Send(Values());
        Assert.True(await Task.Run(sender.Close, TestContext.Current.CancellationToken));

        Assert.Equal(("refused 3", 0L), (string.Join(' ', sender.Dropped.Where(static each => each.Value > 0).Select(static each => FormattableString.Invariant($"{each.Key} {each.Value}"))), sender.Delivered));
    }

    [Fact]
    public void Without_a_server_the_oldest_samples_give_way_and_nothing_waits()
    {
        var options = CreateOptions(Receiver.GetUnusedEndpoint(), MetricProtocol.RemoteWrite);
        (options.QueueLimit, options.ShutdownTimeout) = (10, TimeSpan.Zero);
        using var sender = new MetricSender(options);

        for (var i = 0; i < 100; i++)
            sender.Send(Values());

        Assert.InRange(sender.Waiting, 1, 10);
        Assert.Equal(300 - sender.Waiting, sender.Dropped["queue_full"]);
        sender.Close();
        Assert.Equal(300, sender.Dropped["queue_full"] + sender.Dropped["shutdown"]);
    }

    [Fact]
    public void A_page_has_types_escapes_and_one_line_a_series()
    {
        var page = MetricPageWriter.Write(
        [
            Value("hw.power", "W", MetricValueKind.Gauge, 1, ("name", "a \"b\"\n\\")), Value("hw.energy", "J", MetricValueKind.Counter, 0.1),
            Value("hw.power", "W", MetricValueKind.Gauge, 2.5, ("name", "a \"b\"\n\\")),
        ]);

        Assert.Equal("# TYPE hw_energy_joules_total counter\nhw_energy_joules_total 0.1\n# TYPE hw_power_watts gauge\nhw_power_watts{name=\"a \\\"b\\\"\\n\\\\\"} 2.5\n", page);
    }

    [Fact]
    public void A_wrong_option_is_named() => Assert.Contains("Endpoint", Assert.Throws<ArgumentException>(static () => new MetricSender(new MetricSenderOptions())).Message, StringComparison.Ordinal);

    /// <summary>Takes exports and decodes them with the messages of the tests.</summary>
    sealed class OtlpServer : IDisposable
    {
        readonly HttpListener _listener = new();

        public OtlpServer()
        {
            Endpoint = new UriBuilder(Receiver.GetUnusedEndpoint()) { Path = "/v1/metrics" }.Uri;
            _listener.Prefixes.Add(Endpoint.GetLeftPart(UriPartial.Authority) + "/");
            _listener.Start();
            _ = Task.Run(ServeAsync);
        }

        public Uri Endpoint { get; }

        /// <summary>Answers, one for each request; 200 after them.</summary>
        public ConcurrentQueue<int> Answers { get; } = [];

        public ConcurrentQueue<(string? Type, MetricsRequest Request)> Requests { get; } = [];

        public void Dispose() => _listener.Close();

        async Task ServeAsync()
        {
            while (_listener.IsListening)
            {
                var context = await _listener.GetContextAsync();
                using var body = new MemoryStream();
                await using (var unpacked = new GZipStream(context.Request.InputStream, CompressionMode.Decompress))
                    await unpacked.CopyToAsync(body);
                Requests.Enqueue((context.Request.ContentType, MetricsRequest.Parser.ParseFrom(body.ToArray())));
                context.Response.StatusCode = Answers.TryDequeue(out var status) ? status : 200;
                context.Response.Close();
            }
        }
    }
}
