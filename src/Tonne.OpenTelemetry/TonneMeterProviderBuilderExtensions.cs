using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using OpenTelemetry.Metrics;
using Tonne.Hosting;
using Tonne.OpenTelemetry.RemoteWrite;

namespace Tonne.OpenTelemetry;

/// <summary>Adds tonne's metrics, and their export to Prometheus, to OpenTelemetry.</summary>
public static class TonneMeterProviderBuilderExtensions
{
    /// <summary>Collects the metrics of <see cref="TonneMetrics"/>: energy and power of the machine, energy and emissions of the program.</summary>
    /// <remarks>The program needs <see cref="TonneServiceCollectionExtensions.AddTonne"/> as well, which measures.</remarks>
    /// <param name="builder">The builder.</param>
    public static MeterProviderBuilder AddTonneInstrumentation(this MeterProviderBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        return builder.AddMeter(TonneMetrics.MeterName);
    }

    /// <summary>Sends all metrics of the provider to a server that accepts Prometheus remote write 1.0: Prometheus, VictoriaMetrics, Mimir, Thanos.</summary>
    /// <remarks>
    /// Names and labels follow "Prometheus and OpenMetrics Compatibility" of the OpenTelemetry specification: <c>hw.energy</c> in J becomes
    /// <c>hw_energy_joules_total</c>. Collections are sent from a queue: a server that is down, slow or broken neither delays the program nor throws into it. What cannot be
    /// sent is counted by <c>tonne.export.dropped</c>, a counter of the meter <see cref="TonneMetrics.MeterName"/> with the attributes <c>tonne.reason</c>,
    /// <c>server.address</c> and <c>server.port</c>. May be called once for each server.
    /// </remarks>
    /// <param name="builder">The builder.</param>
    /// <param name="configure">Sets the options; <see cref="PrometheusRemoteWriteOptions.Endpoint"/> is required.</param>
    /// <exception cref="ArgumentException">An option is wrong; the message names each.</exception>
    public static MeterProviderBuilder AddPrometheusRemoteWrite(this MeterProviderBuilder builder, Action<PrometheusRemoteWriteOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(configure);
        var options = new PrometheusRemoteWriteOptions();
        configure(options);
        var settings = RemoteWriteSettings.From(options);
        return builder.AddReader(provider => new PeriodicExportingMetricReader(
            new PrometheusRemoteWriteExporter(
                settings, provider.GetService<TimeProvider>() ?? TimeProvider.System,
                provider.GetService<ILoggerFactory>()?.CreateLogger<PrometheusRemoteWriteExporter>() ?? NullLogger<PrometheusRemoteWriteExporter>.Instance),
            (int)settings.Period.TotalMilliseconds)
        {
            TemporalityPreference = MetricReaderTemporalityPreference.Cumulative,
        });
    }
}
