using System.Diagnostics;
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using OpenTelemetry.Exporter;
using OpenTelemetry.Metrics;
using OpenTelemetry.Trace;
using Tonne.Hosting;
using Tonne.OpenTelemetry.Tests.RemoteWrite;
using Tonne.Runs;

namespace Tonne.OpenTelemetry.Tests.Otlp;

/// <summary>A host with AddTonne and the OTLP exporter of OpenTelemetry over HTTP, and a receiver that decodes what it sends.</summary>
public sealed class OtlpTests : IDisposable
{
    static readonly ActivitySource _source = new("Tonne.OpenTelemetry.Tests.Otlp");

    readonly string _home = Directory.CreateTempSubdirectory("otlp-").FullName;
    readonly List<MetricsRequest> _metrics = [];
    readonly List<TracesRequest> _traces = [];

    public void Dispose() => Directory.Delete(_home, recursive: true);

    IHost Build(Uri server)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings { ApplicationName = "service" });
        builder.Services.AddTonne(options =>
        {
            (options.Home, options.Zone, options.Period) = (_home, "FR", TimeSpan.FromMilliseconds(100));
            options.StageSpans.Add("train");
        });
        builder.Services.AddOpenTelemetry()
            .WithMetrics(metrics => metrics.AddTonneInstrumentation().AddOtlpExporter((exporter, reader) =>
            {
                (exporter.Protocol, exporter.Endpoint, exporter.TimeoutMilliseconds) = (OtlpExportProtocol.HttpProtobuf, new Uri(server, "/v1/metrics"), 5_000);
                reader.PeriodicExportingMetricReaderOptions.ExportIntervalMilliseconds = 3_600_000;
            }))
            .WithTracing(traces => traces.AddSource(_source.Name).AddOtlpExporter(exporter =>
                (exporter.Protocol, exporter.Endpoint, exporter.TimeoutMilliseconds) = (OtlpExportProtocol.HttpProtobuf, new Uri(server, "/v1/traces"), 5_000)));
        return builder.Build();
    }

    async Task<WebApplication> StartReceiverAsync(Uri address)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(options => options.Listen(IPAddress.Loopback, address.Port));
        var server = builder.Build();
        server.MapPost("/v1/metrics", async (HttpContext context) => _metrics.Add(MetricsRequest.Parser.ParseFrom(await ReadAsync(context))));
        server.MapPost("/v1/traces", async (HttpContext context) => _traces.Add(TracesRequest.Parser.ParseFrom(await ReadAsync(context))));
        await server.StartAsync();
        return server;

        static async Task<byte[]> ReadAsync(HttpContext context)
        {
            using var body = new MemoryStream();
            await context.Request.Body.CopyToAsync(body);
            return body.ToArray();
        }
    }

    // OpenTelemetry semantic conventions 1.44, hardware: hw.energy is a Counter in J with hw.id and hw.type, hw.power a Gauge in W.
    // docs/specs/otel/metrics/data-model: a Counter is a monotonic sum; cumulative (2) has one start time.
    [Fact]
    public async Task The_energy_arrives_as_a_monotonic_cumulative_sum_in_joules_and_ends_at_the_record()
    {
        var cancellation = TestContext.Current.CancellationToken;
        var address = Receiver.GetUnusedEndpoint();
        await using var server = await StartReceiverAsync(address);
        RunRecord record;
        using (var host = Build(address))
        {
            await host.StartAsync(cancellation);
            using (_source.StartActivity("train"))
                Burn(TimeSpan.FromMilliseconds(400));
            Assert.True(host.Services.GetRequiredService<MeterProvider>().ForceFlush());
            // Figures are taken anew after 1 s.
            Burn(TimeSpan.FromMilliseconds(1_100));
            Assert.True(host.Services.GetRequiredService<MeterProvider>().ForceFlush());
            await host.StopAsync(cancellation);
            record = host.Services.GetRequiredService<HostRecording>().Result!.Record;
        }

        var all = _metrics.SelectMany(request => request.Resources).SelectMany(resource => resource.Scopes).Where(scope => scope.Scope.Name == TonneMetrics.MeterName)
            .SelectMany(scope => scope.Metrics).ToList();
        var energies = all.Where(metric => metric.Name == "hw.energy").ToList();
        Assert.True(energies.Count >= 3, $"{energies.Count} exports");
        Assert.All(energies, metric =>
        {
            Assert.Equal(("J", OtlpMetric.DataOneofCase.Sum, 2, true), (metric.Unit, metric.DataCase, metric.Sum.Temporality, metric.Sum.IsMonotonic));
            Assert.All(metric.Sum.Points_, point => Assert.Equal(Point.ValueOneofCase.AsDouble, point.ValueCase));
        });
        foreach (var part in energies.SelectMany(metric => metric.Sum.Points_).GroupBy(point => Get(point, "hw.id")))
        {
            Assert.Contains(Get(part.First(), "hw.type"), new[] { "cpu", "memory", "gpu", "enclosure" });
            Assert.Single(part.Select(point => point.StartNanoseconds).Distinct());
            var joules = part.OrderBy(point => point.Nanoseconds).Select(point => point.AsDouble).ToList();
            Assert.Equal(joules.Order(), joules);
            Assert.True(joules[^1] > joules[0]);
        }

        Assert.Equal(record.Components.Sum(component => component.MachineMicrojoules) / 1e6, energies[^1].Sum.Points_.Sum(point => point.AsDouble), 1e-6);
        Assert.All(all.Where(metric => metric.Name is "hw.power" or "hw.host.power"), metric => Assert.Equal(("W", OtlpMetric.DataOneofCase.Gauge), (metric.Unit, metric.DataCase)));
        Assert.All(all.Where(metric => metric.Name is "tonne.run.energy" or "tonne.run.carbon"), metric => Assert.Equal((OtlpMetric.DataOneofCase.Sum, false), (metric.DataCase, metric.Sum.IsMonotonic)));

        // The span that was exported is a stage of the record, of the same length.
        var span = Assert.Single(_traces.SelectMany(request => request.Resources).SelectMany(resource => resource.Scopes).SelectMany(scope => scope.Spans));
        var stage = Assert.Single(record.Stages, stage => stage.Name == "train");
        Assert.Equal("train", span.Name);
        Assert.Equal((span.EndNanoseconds - span.StartNanoseconds) / 1e9, stage.DurationSeconds, 0.2);
    }

    [Fact]
    public async Task Without_a_receiver_the_host_runs_and_records_as_ever()
    {
        var cancellation = TestContext.Current.CancellationToken;
        using var host = Build(Receiver.GetUnusedEndpoint());
        await host.StartAsync(cancellation);
        using (_source.StartActivity("train"))
            Burn(TimeSpan.FromMilliseconds(200));
        host.Services.GetRequiredService<MeterProvider>().ForceFlush();
        await host.StopAsync(cancellation);

        var record = host.Services.GetRequiredService<HostRecording>().Result!.Record;
        Assert.Equal(RunStatus.Completed, record.Status);
        Assert.Contains(record.Stages, stage => stage.Name == "train");
    }

    static string Get(Point point, string key) => point.Attributes.Single(attribute => attribute.Key == key).Value.Text;

    static void Burn(TimeSpan time)
    {
        var began = TimeProvider.System.GetTimestamp();
        while (TimeProvider.System.GetElapsedTime(began) < time)
        {
        }
    }
}
