using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using OpenTelemetry;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using Tonne.Hosting.Tests;

namespace Tonne.OpenTelemetry.Tests.RemoteWrite;

/// <summary>A program whose only gauge counts its collections, in a number of series.</summary>
sealed class SteppingProgram : IDisposable
{
    readonly Meter _meter = new("tests." + Guid.NewGuid());
    readonly LogLines _log = new();
    readonly MeterProvider _provider;
    int _collections;

    public SteppingProgram(Uri endpoint, int series = 1, Action<PrometheusRemoteWriteOptions>? configure = null, Action<Meter>? instruments = null)
    {
        if (instruments is null)
        {
            _meter.CreateObservableGauge("step", () =>
            {
                _collections++;
                return Enumerable.Range(0, series).Select(i => new Measurement<int>(_collections, new KeyValuePair<string, object?>("series", i))).ToList();
            });
        }

        instruments?.Invoke(_meter);
        _provider = Sdk.CreateMeterProviderBuilder()
            .ConfigureServices(services => services.AddLogging(logging => logging.AddProvider(_log)))
            .AddMeter(_meter.Name)
            .ConfigureResource(resource => resource.Clear().AddService("shop", "eu", autoGenerateServiceInstanceId: false, serviceInstanceId: "i-1"))
            .AddPrometheusRemoteWrite(options =>
            {
                options.Endpoint = endpoint;
                options.Period = TimeSpan.FromHours(1);
                options.FirstRetryDelay = TimeSpan.FromMilliseconds(1);
                options.LongestRetryDelay = TimeSpan.FromMilliseconds(20);
                options.ShutdownTimeout = TimeSpan.FromMinutes(1);
                configure?.Invoke(options);
            }).Build();
    }

    public IReadOnlyList<string> Log => _log.Lines;

    public string Scope => _meter.Name;

    /// <summary>Collects once and queues; does not wait for the server.</summary>
    public void Collect() => Assert.True(_provider.ForceFlush());

    public bool Shutdown() => _provider.Shutdown();

    public void Dispose()
    {
        _provider.Dispose();
        _meter.Dispose();
    }
}
