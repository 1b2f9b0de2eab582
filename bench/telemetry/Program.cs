using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Headers;
using System.Text.Json.Nodes;
using Google.Protobuf;
using Snappier;
using Tonne.OpenTelemetry;
using Tonne.OpenTelemetry.RemoteWrite;

// Sends samples of a fleet, encoded beforehand as the agent encodes them, to a real VictoriaMetrics by remote write, and counts what it has.
// Arguments: address of the server, id of its process, rounds, seconds of the fleet in each round.
CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
var (server, process) = (new Uri(args[0]), Process.GetProcessById(int.Parse(args[1])));
var (rounds, steps) = (int.Parse(args[2]), int.Parse(args[3]));
const int Connections = 4;
using var client = new HttpClient(new SocketsHttpHandler { MaxConnectionsPerServer = Connections });
var start = TimeProvider.System.GetUtcNow().AddHours(-6);
var sent = 0L;
foreach (var (title, nodes, jobs) in new[] { ("one request of a node: itself and two jobs", 500, 2), ("one request of 50 nodes, as a collector between them and the server sends", 500, 2) })
{
    var perBody = title.StartsWith("one request of 50", StringComparison.Ordinal) ? 50 : 1;
    List<double> rates = [], encoding = [], own = [], theirs = [];
    var (samplesOfBody, bytes) = (0, 0L);
    for (var round = 0; round < rounds; round++)
    {
        var bodies = new List<byte[]>();
        var (samples, began) = (0L, Stopwatch.GetTimestamp());
        for (var step = 0; step < steps; step++)
        {
            start = start.AddSeconds(15);
            for (var node = 0; node < nodes; node += perBody)
            {
                var request = new WriteRequest();
                foreach (var point in Enumerable.Range(node, perBody).SelectMany(each => ListPoints($"n{each}-{perBody}", jobs, start, step)))
                {
                    var series = new TimeSeries();
                    foreach (var (name, value) in PointLabels.Create(point, new Dictionary<string, string> { ["service.name"] = "tonne-agent", ["service.instance.id"] = $"n{node}" }))
                        series.Labels.Add(new Label { Name = name, Value = value });
                    series.Samples.Add(new Sample { Value = point.Value, Timestamp = point.Time.ToUnixTimeMilliseconds() });
                    request.Series.Add(series);
                }

                bodies.Add(Snappy.CompressToArray(request.ToByteArray()));
                (samples, samplesOfBody) = (samples + request.Series.Count, request.Series.Count);
            }
        }

        encoding.Add(Stopwatch.GetElapsedTime(began).TotalMicroseconds / samples);
        bytes = bodies.Sum(static body => (long)body.Length) / samples;
        process.Refresh();
        using var self = Process.GetCurrentProcess();
        var (before, beforeTheirs) = (self.TotalProcessorTime, process.TotalProcessorTime);
        began = Stopwatch.GetTimestamp();
        await Parallel.ForEachAsync(bodies, new ParallelOptions { MaxDegreeOfParallelism = Connections }, async (body, cancellation) =>
        {
            using var content = new ByteArrayContent(body);
            content.Headers.ContentType = new MediaTypeHeaderValue("application/x-protobuf");
            content.Headers.ContentEncoding.Add("snappy");
            using var answer = await client.PostAsync(new Uri(server, "/api/v1/write"), content, cancellation);
            answer.EnsureSuccessStatusCode();
        });
        var seconds = Stopwatch.GetElapsedTime(began).TotalSeconds;
        self.Refresh();
        process.Refresh();
        rates.Add(samples / seconds);
        own.Add((self.TotalProcessorTime - before).TotalMicroseconds / samples);
        theirs.Add((process.TotalProcessorTime - beforeTheirs).TotalMicroseconds / samples);
        sent += samples;
    }

    Console.WriteLine($"- {title} ({samplesOfBody} samples, {bytes} bytes a sample): median {Median(rates):N0} samples/s of {rounds} rounds ({rates.Min():N0} to {rates.Max():N0}); "
        + $"CPU time a sample: sender {Median(own):0.00} µs, VictoriaMetrics {Median(theirs):0.00} µs; encoding beforehand {Median(encoding):0.0} µs of one processor");
}

await client.GetAsync(new Uri(server, "/internal/force_flush"));
var found = JsonNode.Parse(await client.GetStringAsync(new Uri(server, $"/api/v1/query?query={Uri.EscapeDataString("sum(count_over_time({job=\"tonne-agent\"}[12h]))")}&time={start.AddMinutes(1).ToUnixTimeSeconds()}")))!;
var stored = double.Parse((string)found["data"]!["result"]![0]!["value"]![1]!);
Console.WriteLine($"- {sent:N0} samples sent, {stored:N0} found; {(sent == (long)stored ? "none is missing" : "SOME ARE MISSING")}");
Console.WriteLine($"- load average {File.ReadAllText("/proc/loadavg").Split(' ')[0]}, {Environment.ProcessorCount} processors");
return sent == (long)stored ? 0 : 1;

static double Median(List<double> values)
{
    values.Sort();
    return values[values.Count / 2];
}

// What an agent sends of a node with a processor, memory, four GPUs and the rest, and of each job.
static IEnumerable<MetricValue> ListPoints(string node, int jobs, DateTimeOffset time, int step)
{
    var joules = 1e6 + (step * 15 * 731.25) + (node.Length * 17.125);
    foreach (var (id, type) in new[] { ("cpu", "cpu"), ("memory", "memory"), ("gpu-0", "gpu"), ("gpu-1", "gpu"), ("gpu-2", "gpu"), ("gpu-3", "gpu"), ("enclosure", "enclosure") })
    {
        yield return Point("hw.energy", "J", MetricValueKind.Counter, joules / 7, ("hw.id", id), ("hw.type", type), ("tonne.quality", "measured"));
        yield return Point("hw.power", "W", MetricValueKind.Gauge, 104.5 + (step % 13), ("hw.id", id), ("hw.type", type), ("tonne.quality", "measured"));
    }

    yield return Point("hw.host.energy", "J", MetricValueKind.Counter, joules, ("hw.id", "host"));
    yield return Point("hw.host.power", "W", MetricValueKind.Gauge, 731.25 + (step % 13), ("hw.id", "host"));
    foreach (var bound in new[] { "best", "low", "high" })
    {
        yield return Point("tonne.node.energy", "J", MetricValueKind.UpDownCounter, joules, ("tonne.bound", bound));
        yield return Point("tonne.node.carbon", "g", MetricValueKind.UpDownCounter, joules * 1.1e-5, ("tonne.bound", bound));
    }

    yield return Point("tonne.agent.uptime", "s", MetricValueKind.Gauge, step * 15, ("version", "0.1.0"));
    for (var job = 0; job < jobs; job++)
    {
        (string, string)[] labels = [("kind", "slurm-job"), ("job_id", $"{4711 + job}"), ("name", "train"), ("account", "physics"), ("user", "ada")];
        yield return Point("tonne.job.power", "W", MetricValueKind.Gauge, 300 + (step % 7), labels);
        foreach (var bound in new[] { "best", "low", "high" })
        {
            yield return Point("tonne.job.energy", "J", MetricValueKind.UpDownCounter, joules / 3, [.. labels, ("tonne.bound", bound)]);
            yield return Point("tonne.job.carbon", "g", MetricValueKind.UpDownCounter, joules * 3e-6, [.. labels, ("tonne.bound", bound)]);
        }
    }

    MetricValue Point(string name, string unit, MetricValueKind kind, double value, params (string Name, string Value)[] attributes) => new(
        name, unit, kind, [new("node", node), .. attributes.Select(static each => KeyValuePair.Create(each.Name, each.Value))], value, time, time);
}
