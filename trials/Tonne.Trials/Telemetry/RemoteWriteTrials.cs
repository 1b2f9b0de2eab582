using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using OpenTelemetry.Resources;
using Tonne.Hosting;
using Tonne.OpenTelemetry;
using Tonne.Runs;

namespace Tonne.Trials.Telemetry;

/// <summary>A host writes its figures to a real Prometheus and a real VictoriaMetrics; both are killed meanwhile.</summary>
// The process of all trials is the job here: every run that another trial starts meanwhile would be inside it.
[Collection(nameof(Alone))]
public class RemoteWriteTrials
{
    static readonly TimeSpan _period = TimeSpan.FromMilliseconds(500);

    [Fact]
    public async Task Both_servers_hold_the_joules_of_the_record_and_no_gap_after_they_were_killed()
    {
        var cancellation = TestContext.Current.CancellationToken;
        var folder = Directory.CreateTempSubdirectory("tonne-remote-write-");
        try
        {
            await using var prometheus = MetricStore.CreatePrometheus(Path.Combine(folder.FullName, "prometheus"));
            await using var victoria = MetricStore.CreateVictoriaMetrics(Path.Combine(folder.FullName, "victoria"));
            MetricStore[] stores = [prometheus, victoria];
            await Task.WhenAll(stores.Select(store => store.StartAsync(cancellation)));
            RunRecord record;
            double killed, started;
            using (var host = Build(Path.Combine(folder.FullName, "ledger"), stores))
            {
                await host.StartAsync(cancellation);
                foreach (var store in stores)
                    await WaitForAsync(store, 3, cancellation);
                foreach (var store in stores)
                    await store.KillAsync();
                killed = GetSeconds();
                await Task.Delay(TimeSpan.FromSeconds(4), TimeProvider.System, cancellation);
                started = GetSeconds();
                await Task.WhenAll(stores.Select(store => store.StartAsync(cancellation)));
                await Task.Delay(TimeSpan.FromSeconds(3), TimeProvider.System, cancellation);
                await DashboardHasDataAsync(prometheus, cancellation);
                await host.StopAsync(cancellation);
                record = host.Services.GetRequiredService<HostRecording>().Result!.Record;
            }

            var joules = record.Components.Sum(component => component.MachineMicrojoules) / 1e6;
            foreach (var store in stores)
            {
                var last = Assert.Single(await store.QueryAsync("last_over_time(hw_host_energy_joules_total[1h])", cancellation));
                Assert.Equal(joules, last.Samples[0].Value, joules * 1e-9);
                var parts = Assert.Single(await store.QueryAsync("sum(last_over_time(hw_energy_joules_total[1h]))", cancellation));
                Assert.Equal(joules, parts.Samples[0].Value, joules * 1e-9);
                Assert.All(await store.QueryAsync("last_over_time(tonne_export_dropped_total[1h])", cancellation), series => Assert.Equal(0, series.Samples[0].Value));

                var samples = Assert.Single(await store.QueryAsync("hw_host_energy_joules_total[1h]", cancellation)).Samples.Where(sample => !double.IsNaN(sample.Value)).ToList();
                // 8 periods without a server; a busy machine may be late with some.
                var during = samples.Count(sample => sample.Time > killed && sample.Time < started);
                Assert.True(during >= 4, $"{during} samples of the {started - killed:F1} s in which the server was down");
                Assert.Equal(samples.Select(sample => sample.Value).Order(), samples.Select(sample => sample.Value));
                Assert.True(samples.Select(sample => sample.Value).Distinct().Count() > 3, "the energy did not grow");
            }
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    static IHost Build(string ledger, IReadOnlyList<MetricStore> stores)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings { ApplicationName = "trial" });
        builder.Services.AddTonne(options => (options.Home, options.Zone, options.Period) = (ledger, "FR", TimeSpan.FromMilliseconds(100)));
        builder.Services.AddOpenTelemetry().ConfigureResource(static resource => resource.AddService("trial")).WithMetrics(metrics =>
        {
            metrics.AddTonneInstrumentation();
            foreach (var store in stores)
            {
                metrics.AddPrometheusRemoteWrite(options =>
                {
                    (options.Endpoint, options.Period) = (store.WriteAddress, _period);
                    (options.FirstRetryDelay, options.LongestRetryDelay, options.ShutdownTimeout) = (TimeSpan.FromMilliseconds(100), _period, TimeSpan.FromSeconds(20));
                });
            }
        });
        return builder.Build();
    }

    // Every expression of the dashboard, with the variables as Grafana would fill them in.
    static async Task DashboardHasDataAsync(MetricStore store, CancellationToken cancellation)
    {
        var dashboard = JsonNode.Parse(await File.ReadAllTextAsync(Path.Combine(TonneCommand.Repository, "docs/grafana/tonne.json"), cancellation))!;
        var expressions = dashboard["panels"]!.AsArray().SelectMany(panel => panel!["targets"]!.AsArray()).Select(target => (string)target!["expr"]!).ToList();
        Assert.NotEmpty(expressions);
        foreach (var expression in expressions)
        {
            var query = expression.Replace("$__rate_interval", "1m", StringComparison.Ordinal).Replace("$__range", "1h", StringComparison.Ordinal)
                .Replace("$job", ".*", StringComparison.Ordinal).Replace("$instance", ".*", StringComparison.Ordinal);
            Assert.DoesNotContain("$", query, StringComparison.Ordinal);
            Assert.True((await store.QueryAsync(query, cancellation)).Count > 0, $"no data: {query}");
        }
    }

    static async Task WaitForAsync(MetricStore store, int samples, CancellationToken cancellation)
    {
        for (var tries = 0; tries < 300; tries++)
        {
            if ((await store.QueryAsync("count_over_time(hw_host_energy_joules_total[1h])", cancellation)) is [var only] && only.Samples[0].Value >= samples)
                return;
            await Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System, cancellation);
        }

        Assert.Fail($"port {store.Port} did not get {samples} samples within 30 s.");
    }

    static double GetSeconds() => TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds() / 1e3;
}
