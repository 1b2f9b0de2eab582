using System.Diagnostics;
using System.Net;
using OpenTelemetry;
using OpenTelemetry.Exporter;
using OpenTelemetry.Trace;

namespace Tonne.Services.Tests.Spans;

/// <summary>Spans as the OpenTelemetry SDK for .NET exports them over OTLP/HTTP in Protocol Buffers.</summary>
static class ExportedSpans
{
    public const string SourceName = "Tonne.Services.Tests.Spans";

    static readonly DateTime _start = new(2026, 11, 30, 12, 0, 0, DateTimeKind.Utc);

    /// <summary>The bytes of one export.</summary>
    public static byte[] Export(Action<ActivitySource> work)
    {
        using var kept = new KeptExport();
        Send(new Uri("http://127.0.0.1:1/v1/traces"), work, () => new HttpClient(kept, disposeHandler: false));
        return kept.Body;
    }

    /// <summary>Sends the spans of some work to a receiver, in one export.</summary>
    public static void Send(Uri address, Action<ActivitySource> work, Func<HttpClient>? createClient = null)
    {
        using var source = new ActivitySource(SourceName + Guid.NewGuid());
        using var provider = Sdk.CreateTracerProviderBuilder().AddSource(source.Name).AddOtlpExporter(exporter =>
        {
            (exporter.Protocol, exporter.Endpoint, exporter.TimeoutMilliseconds) = (OtlpExportProtocol.HttpProtobuf, address, 10_000);
            exporter.BatchExportProcessorOptions.ScheduledDelayMilliseconds = 3_600_000;
            if (createClient is not null)
                exporter.HttpClientFactory = createClient;
        }).Build();
        work(source);
        Assert.True(provider.ForceFlush(10_000));
    }

    /// <summary>A span from 12:00:00 + <paramref name="from"/> to + <paramref name="to"/> seconds, 2026-11-30 UTC.</summary>
    public static void Add(ActivitySource source, double from, double to, Action? within, params (string Key, object Value)[] attributes)
    {
        using var activity = source.StartActivity(
            "span", ActivityKind.Client, Activity.Current?.Context ?? default,
            attributes.Select(each => KeyValuePair.Create<string, object?>(each.Key, each.Value)), startTime: new DateTimeOffset(_start.AddSeconds(from)))!;
        within?.Invoke();
        activity.SetEndTime(_start.AddSeconds(to));
    }

    sealed class KeptExport : HttpMessageHandler
    {
        public byte[] Body { get; private set; } = [];

        protected override HttpResponseMessage Send(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            using var content = new MemoryStream();
            request.Content!.CopyTo(content, null, cancellationToken);
            Body = content.ToArray();
            return new HttpResponseMessage(HttpStatusCode.OK);
        }

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            Body = await request.Content!.ReadAsByteArrayAsync(cancellationToken);
            return new HttpResponseMessage(HttpStatusCode.OK);
        }
    }
}
