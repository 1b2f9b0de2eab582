using System.Diagnostics.Metrics;
using System.Globalization;
using OpenTelemetry;
using OpenTelemetry.Exporter;
using OpenTelemetry.Metrics;
using Tonne.Hardware;
using Tonne.Instruments.Files;
using Tonne.Instruments.Machines;
using Tonne.OpenTelemetry.Tests.RemoteWrite;

namespace Tonne.OpenTelemetry.Tests.Otlp;

/// <summary>What OpenTelemetry's own exporter sends to an address of tonne is a meter of the machine.</summary>
public class ReceivedMetersTests
{
    static readonly TimeSpan _limit = TimeSpan.FromMinutes(2);

    [Theory]
    [InlineData(MetricReaderTemporalityPreference.Cumulative)]
    [InlineData(MetricReaderTemporalityPreference.Delta)]
    public async Task Joules_of_another_sender_are_counted_whichever_temporality_it_has(MetricReaderTemporalityPreference temporality)
    {
        var port = Receiver.GetUnusedEndpoint().Port.ToString(CultureInfo.InvariantCulture);
        using var meter = new Meter("collector-" + port);
        var joules = 1_000.0;
        meter.CreateObservableCounter("hw.energy", () => new Measurement<double>(
            Volatile.Read(ref joules), new("hw.id", "cpu-0"), new KeyValuePair<string, object?>("hw.type", "cpu")), "J");
        using var provider = Sdk.CreateMeterProviderBuilder().AddMeter(meter.Name).AddOtlpExporter((exporter, reader) =>
        {
            (exporter.Endpoint, exporter.Protocol) = (new Uri($"http://127.0.0.1:{port}/v1/metrics"), OtlpExportProtocol.HttpProtobuf);
            (reader.TemporalityPreference, reader.PeriodicExportingMetricReaderOptions.ExportIntervalMilliseconds) = (temporality, 3_600_000);
        }).Build();

        var discovering = Task.Run(
            () => MachineDiscovery.Discover(FileTree.Local, new DiscoveryOptions { MeterAddresses = [$"otlp://127.0.0.1:{port}?every=100ms&wait=120s"] }),
            TestContext.Current.CancellationToken);
        await WaitAsync(() =>
        {
            provider.ForceFlush(1_000);
            return discovering.IsCompleted;
        });
        using var machine = await discovering;

        var counter = machine.EnergyMeters.Single(each => each.Description.Id == "otlp/cpu-0");
        Assert.Equal(Component.Cpu, counter.Description.Component);
        var before = counter.Read(0).Value;
        Volatile.Write(ref joules, 1_100);
        provider.ForceFlush(10_000);
        // 100 J, and what it is carried on by since.
        await WaitAsync(() => counter.Read(0) is { IsGap: false } reading && reading.Value - before >= 100_000_000);
        Assert.Contains("otlp/cpu-0", machine.Bases.Single(basis => basis.Component == Component.Cpu).Meters);
    }

    static async Task WaitAsync(Func<bool> condition)
    {
        var begin = TimeProvider.System.GetTimestamp();
        while (!condition())
        {
            Assert.True(TimeProvider.System.GetElapsedTime(begin) < _limit, "nothing has come");
            await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System, TestContext.Current.CancellationToken);
        }
    }
}
