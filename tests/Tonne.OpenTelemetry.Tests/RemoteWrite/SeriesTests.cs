using System.Diagnostics.Metrics;
using System.Text;
using Tonne.OpenTelemetry.RemoteWrite;

namespace Tonne.OpenTelemetry.Tests.RemoteWrite;

/// <summary>What arrives at a server, decoded.</summary>
public class SeriesTests
{
    static KeyValuePair<string, object?> Tag(string name, object? value) => new(name, value);

    static async Task<ReceivedRequest> SendAsync(Action<Meter> instruments, Action<PrometheusRemoteWriteOptions>? configure = null)
    {
        await using var receiver = await Receiver.StartAsync();
        using var program = new SteppingProgram(receiver.Endpoint, configure: configure, instruments: instruments);
        program.Collect();
        var request = await receiver.TakeAsync();
        return request with { Message = Strip(request.Message, program.Scope) };
    }

    // Each test has a scope of its own, which is asserted once here and left out elsewhere.
    static WriteRequest Strip(WriteRequest message, string scope)
    {
        foreach (var series in message.Series.Where(series => series.Labels.Single(label => label.Name == "__name__").Value != "target_info"))
            Assert.True(series.Labels.Remove(series.Labels.Single(label => label.Name == "otel_scope_name" && label.Value == scope)));
        return message;
    }

    // Prometheus remote write 1.0, "Protocol": headers.
    [Fact]
    public async Task A_request_has_the_headers_of_the_protocol_and_those_of_the_options()
    {
        var request = await SendAsync(
            static meter => meter.CreateObservableGauge("g", static () => 1),
            static options =>
            {
                (options.UserName, options.Password) = ("Aladdin", "open sesame");
                options.Headers["X-Scope-OrgID"] = "team 1";
            });

        Assert.Equal("snappy", request.Headers["Content-Encoding"]);
        Assert.Equal("application/x-protobuf", request.Headers["Content-Type"]);
        Assert.Equal("0.1.0", request.Headers["X-Prometheus-Remote-Write-Version"]);
        // The example of RFC 7617, section 2.
        Assert.Equal("Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==", request.Headers["Authorization"]);
        Assert.Equal("team 1", request.Headers["X-Scope-OrgID"]);
        Assert.StartsWith("tonne/", request.Headers["User-Agent"], StringComparison.Ordinal);
        Assert.DoesNotContain("traceparent", request.Headers.Keys);
    }

    [Fact]
    public async Task Sums_and_gauges_are_series_with_the_labels_of_job_instance_and_attributes()
    {
        var request = await SendAsync(static meter =>
        {
            meter.CreateObservableCounter("hw.energy", static () => new Measurement<double>(12.5, Tag("hw.id", "gpu-0"), Tag("hw.type", "gpu")), "J");
            meter.CreateObservableGauge("hw.power", static () => new Measurement<double>(250, Tag("hw.id", "gpu-0")), "W");
            meter.CreateObservableUpDownCounter("tonne.run.carbon", static () => new Measurement<double>(-1.5, Tag("tonne.bound", "low")), "g");
            meter.CreateObservableCounter("n", static () => new Measurement<long>(long.MaxValue));
        });

        Assert.Equal(
            new Dictionary<string, double>
            {
                ["hw_energy_joules_total{hw_id=\"gpu-0\",hw_type=\"gpu\",instance=\"i-1\",job=\"eu/shop\"}"] = 12.5,
                ["hw_power_watts{hw_id=\"gpu-0\",instance=\"i-1\",job=\"eu/shop\"}"] = 250,
                ["tonne_run_carbon_grams{instance=\"i-1\",job=\"eu/shop\",tonne_bound=\"low\"}"] = -1.5,
                ["n_total{instance=\"i-1\",job=\"eu/shop\"}"] = 9.2233720368547758e18,
            },
            request.Values);
    }

    // Specification, "Metric Attributes": names that become one are joined by ";" in the order of the original names.
    [Fact]
    public async Task Labels_are_sorted_and_unique_whatever_the_attributes_are()
    {
        var request = await SendAsync(
            static meter => meter.CreateObservableGauge("g", static () => new Measurement<int>(
                1, Tag("z", true), Tag("a.b", "second"), Tag("A", 1.5), Tag("a_b", "third"), Tag("a-b", "first"), Tag("empty", ""), Tag("none", null), Tag("list", new[] { "x", "y" }), Tag("job", "mine"))),
            static options =>
            {
                options.ExternalLabels["cluster"] = "north";
                options.ExternalLabels["z"] = "not this";
                options.ExternalLabels["void"] = "";
            });

        var labels = Assert.Single(request.Message.Series).Labels;
        // "-" (0x2D) precedes "." (0x2E) precedes "_" (0x5F); capitals precede underscores precede small letters.
        Assert.Equal(
            ["A=1.5", "__name__=g", "a_b=first;second;third", "cluster=north", "instance=i-1", "job=eu/shop", "list=[\"x\",\"y\"]", "z=true"],
            labels.Select(label => $"{label.Name}={label.Value}"));
    }

    [Fact]
    public async Task Random_attributes_give_labels_that_Prometheus_accepts()
    {
        var random = new Random(20261130);
        var tags = Enumerable.Range(0, 200).Select(_ => Enumerable.Range(0, 6).Select(_ => Tag(Text(), Text())).DistinctBy(tag => tag.Key).ToArray()).ToList();
        var request = await SendAsync(meter => meter.CreateObservableGauge("g", () => tags.Select(each => new Measurement<int>(1, each))));

        Assert.All(request.Message.Series, series =>
        {
            var names = series.Labels.Select(label => label.Name).ToList();
            Assert.Equal(names.Distinct().OrderBy(name => name, StringComparer.Ordinal), names);
            Assert.All(names, name => Assert.Matches("^[a-zA-Z_][a-zA-Z0-9_]*$", name));
            Assert.DoesNotContain(series.Labels, label => label.Value.Length == 0);
        });
        Assert.Equal(request.Message.Series.Count, request.Message.Series.Select(series => series.Labels.ToString()).Distinct().Count());

        string Text()
        {
            var text = new StringBuilder();
            for (var i = random.Next(0, 5); i >= 0; i--)
                text.Append((char)(random.Next(4) == 0 ? random.Next(0xd700, 0xe100) : random.Next(1, 128)));
            return text.ToString();
        }
    }

    // Buckets 1 and 10 with 0.5, 5, 7 and 100: cumulative counts 1, 3, 4, sum 112.5.
    [Fact]
    public async Task A_histogram_is_buckets_count_and_sum()
    {
        Histogram<double>? histogram = null;
        await using var receiver = await Receiver.StartAsync();
        using var program = new SteppingProgram(
            receiver.Endpoint, instruments: meter => histogram = meter.CreateHistogram("wait", "s", advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = [1, 10] }));
        foreach (var value in new[] { 0.5, 5, 7, 100 })
            histogram!.Record(value);
        program.Collect();
        var request = await receiver.TakeAsync();
        Strip(request.Message, program.Scope);

        const string target = "instance=\"i-1\",job=\"eu/shop\"";
        Assert.Equal(
            new Dictionary<string, double>
            {
                [$"wait_seconds_bucket{{{target},le=\"1\"}}"] = 1,
                [$"wait_seconds_bucket{{{target},le=\"10\"}}"] = 3,
                [$"wait_seconds_bucket{{{target},le=\"+Inf\"}}"] = 4,
                [$"wait_seconds_count{{{target}}}"] = 4,
                [$"wait_seconds_sum{{{target}}}"] = 112.5,
            },
            request.Values);
    }

    [Fact]
    public async Task A_value_that_is_no_number_is_never_taken_for_the_end_of_a_series()
    {
        var request = await SendAsync(static meter =>
        {
            meter.CreateObservableGauge("a", static () => BitConverter.Int64BitsToDouble(0x7ff0000000000002));
            meter.CreateObservableGauge("b", static () => double.NegativeInfinity);
        });

        // The quiet NaN of Prometheus: model/value, NormalNaN.
        Assert.Equal([0x7ff8000000000001, BitConverter.DoubleToInt64Bits(double.NegativeInfinity)], request.Message.Series.Select(series => BitConverter.DoubleToInt64Bits(series.Samples[0].Value)));
    }

    // Remote write 1.0, "Stale Markers": NaN with the bits 0x7ff0000000000002.
    [Fact]
    public async Task At_shutdown_each_series_ends_with_a_stale_marker_after_its_last_sample()
    {
        await using var receiver = await Receiver.StartAsync();
        using var program = new SteppingProgram(receiver.Endpoint, series: 3);
        program.Collect();
        Assert.True(program.Shutdown());

        var requests = receiver.TakeRest();
        Assert.Equal(3, requests.Count);
        var (last, end) = (requests[1].Message.Series, requests[2].Message.Series);
        Assert.Equal(last.Select(series => series.Labels.ToString()), end.Select(series => series.Labels.ToString()));
        Assert.All(end, series => Assert.Equal(0x7ff0000000000002, BitConverter.DoubleToInt64Bits(Assert.Single(series.Samples).Value)));
        Assert.True(end.Min(series => series.Samples[0].Timestamp) > last.Max(series => series.Samples[0].Timestamp));
    }

    [Fact]
    public async Task Two_metrics_with_the_same_labels_are_sent_once_and_the_other_is_counted()
    {
        await using var receiver = await Receiver.StartAsync();
        using var dropped = new DroppedSamples(receiver.Endpoint);
        using var program = new SteppingProgram(receiver.Endpoint, instruments: static meter =>
        {
            meter.CreateObservableGauge("a.b", static () => 1);
            meter.CreateObservableGauge("a_b", static () => 2);
        });
        program.Collect();

        Assert.Equal(1, Assert.Single((await receiver.TakeAsync()).Message.Series).Samples[0].Value);
        Assert.Equal(["duplicate 1"], dropped.Read());
    }

    [Fact]
    public async Task Many_series_are_sent_in_requests_of_at_most_2000()
    {
        await using var receiver = await Receiver.StartAsync();
        using var program = new SteppingProgram(receiver.Endpoint, instruments: static meter => meter.CreateObservableGauge("g", static () => Enumerable.Range(0, 1900).Select(static i => new Measurement<int>(i, Tag("i", i)))));
        using var second = new Meter(program.Scope);
        second.CreateObservableGauge("h", static () => Enumerable.Range(0, 1900).Select(static i => new Measurement<int>(i, Tag("i", i))));
        program.Collect();

        var sizes = new[] { (await receiver.TakeAsync()).Message.Series.Count, (await receiver.TakeAsync()).Message.Series.Count };
        Assert.Equal([2000, 1800], sizes);
    }
}
