using System.Diagnostics;
using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Tonne.Ledgers;
using Tonne.Recording;
using Tonne.Runs;

namespace Tonne.Hosting.Tests;

/// <summary>A real host with the real meters of this machine, and a ledger of its own.</summary>
public sealed class AddTonneTests : IDisposable
{
    static readonly ActivitySource _source = new("Tonne.Hosting.Tests");

    readonly string _home = Directory.CreateTempSubdirectory("hosting-").FullName;
    readonly LogLines _log = new();

    public void Dispose() => Directory.Delete(_home, recursive: true);

    IHost Build(Action<TonneOptions>? configure = null)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings { ApplicationName = "service" });
        builder.Services.AddSingleton<ILoggerProvider>(_log);
        builder.Services.AddTonne(options =>
        {
            options.Home = _home;
            options.Zone = "FR";
            options.Period = TimeSpan.FromMilliseconds(100);
            options.StageSpans.Add("train");
            configure?.Invoke(options);
        });
        return builder.Build();
    }

    [Fact]
    public async Task The_host_is_a_run_in_the_ledger_whose_stages_are_the_chosen_spans()
    {
        var cancellation = TestContext.Current.CancellationToken;
        using (var host = Build(options => options.Tags["team"] = "vision"))
        {
            await host.StartAsync(cancellation);
            using (_source.StartActivity("train", ActivityKind.Internal, default(ActivityContext), [new("tonne.rows", 1_000L), new("tonne.columns", 10)]))
                Burn(TimeSpan.FromMilliseconds(300));
            Assert.Null(_source.StartActivity("other"));
            host.Services.GetRequiredService<HostRecording>().Run!.Note("after the span");
            await host.StopAsync(cancellation);
            Assert.NotNull(host.Services.GetRequiredService<HostRecording>().Result);
        }

        var stored = new Ledger(new LedgerHome(_home), TimeProvider.System).Load(Assert.Single(new LedgerHome(_home).GetRunFolders()).Id).Record;
        Assert.Equal(("service", RunStatus.Completed, "FR", "vision"), (stored.Opening.Name, stored.Status, stored.Opening.Place.Zone, stored.Opening.Tags["team"]));
        var stage = Assert.Single(stored.Stages, stage => stage.Name == "train");
        Assert.Equal(new DataShape(1_000, 10), stage.DataIn);
        Assert.InRange(stage.DurationSeconds, 0.29, stored.DurationSeconds);
        // One thread that was busy for 0.3 s.
        Assert.True(stored.JobCpuSeconds >= 0.25, $"{stored.JobCpuSeconds} s");
        Assert.Contains("after the span", stored.Notes);
        Assert.Contains(_log.Lines, line => line.StartsWith("Information: Run ", StringComparison.Ordinal) && line.Contains("kg CO2e", StringComparison.Ordinal));
    }

    // Names, units and attributes: OpenTelemetry semantic conventions 1.44, hardware metrics.
    [Fact]
    public async Task The_figures_are_metrics_of_the_conventions_names_and_the_parts_add_up_to_the_host()
    {
        var cancellation = TestContext.Current.CancellationToken;
        using var host = Build();
        await host.StartAsync(cancellation);
        Burn(TimeSpan.FromMilliseconds(300));

        var seen = new List<(string Name, string? Unit, double Value, Dictionary<string, object?> Tags)>();
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, self) =>
            {
                if (instrument.Meter.Name == TonneMetrics.MeterName)
                    self.EnableMeasurementEvents(instrument);
            },
        };
        listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => seen.Add((instrument.Name, instrument.Unit, value, tags.ToArray().ToDictionary())));
        listener.Start();
        listener.RecordObservableInstruments();
        await host.StopAsync(cancellation);
        // Whoever looks after the end, as an exporter that is shut down, sees the record.
        var atEnd = new List<double>();
        listener.SetMeasurementEventCallback<double>((instrument, value, _, _) => atEnd.AddRange(instrument.Name == "hw.host.energy" ? [value] : []));
        listener.RecordObservableInstruments();
        Assert.Equal(
            host.Services.GetRequiredService<HostRecording>().Result!.Record.Components.Sum(component => component.MachineMicrojoules) / 1e6, Assert.Single(atEnd), 1e-6);

        Assert.Equal(
            ["hw.energy J", "hw.host.energy J", "hw.host.power W", "hw.power W", "tonne.run.carbon g", "tonne.run.energy J"],
            seen.Select(one => $"{one.Name} {one.Unit}").Distinct().Order(StringComparer.Ordinal));
        Assert.All(seen.Where(one => one.Name is "hw.energy" or "hw.power"), one => Assert.True(one.Tags.ContainsKey("hw.id") && one.Tags.ContainsKey("hw.type")));
        var whole = Assert.Single(seen, one => one.Name == "hw.host.energy").Value;
        Assert.True(whole > 0);
        Assert.Equal(whole, seen.Where(one => one.Name == "hw.energy").Sum(one => one.Value), whole * 1e-9);
        var bounds = seen.Where(one => one.Name == "tonne.run.carbon").ToDictionary(one => (string)one.Tags["tonne.bound"]!, one => one.Value);
        Assert.True(bounds["low"] <= bounds["best"] && bounds["best"] <= bounds["high"] && bounds["best"] > 0);
        Assert.InRange(seen.Single(one => one.Name == "tonne.run.energy" && (string)one.Tags["tonne.bound"]! == "best").Value, 1e-9, whole);
    }

    [Theory]
    [InlineData("zone", "Frnace")]
    [InlineData("pue", "Pue is 0.9")]
    [InlineData("intensity", "IntensityGramsPerKwh is -1")]
    [InlineData("period", "10 ms to 1 h")]
    [InlineData("name", "Name is empty")]
    [InlineData("span", "StageSpans has")]
    public async Task A_wrong_option_is_named_when_the_host_starts(string option, string said)
    {
        using var host = Build(options =>
        {
            switch (option)
            {
                case "zone": options.Zone = "Frnace"; break;
                case "pue": options.Pue = 0.9; break;
                case "intensity": options.IntensityGramsPerKwh = -1; break;
                case "period": options.Period = TimeSpan.FromMilliseconds(1); break;
                case "name": options.Name = " "; break;
                default: options.StageSpans.Add("a\nb"); break;
            }
        });

        var error = await Assert.ThrowsAsync<OptionsValidationException>(() => host.StartAsync(TestContext.Current.CancellationToken));

        Assert.Contains(said, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_ledger_that_cannot_be_written_is_logged_and_the_host_runs()
    {
        var file = Path.Combine(_home, "taken");
        await File.WriteAllTextAsync(file, "", TestContext.Current.CancellationToken);
        using var host = Build(options => options.Home = Path.Combine(file, "below"));

        await host.StartAsync(TestContext.Current.CancellationToken);
        await host.StopAsync(TestContext.Current.CancellationToken);

        Assert.Contains(_log.Lines, line => line.StartsWith("Warning: ", StringComparison.Ordinal));
    }

    [Fact]
    public async Task With_recording_of_the_host_off_there_is_a_recorder_and_no_run()
    {
        using var host = Build(options => options.RecordsHost = false);
        await host.StartAsync(TestContext.Current.CancellationToken);

        Assert.Null(host.Services.GetRequiredService<HostRecording>().Run);
        Assert.Empty(new LedgerHome(_home).GetRunFolders());
        await using var run = await host.Services.GetRequiredService<RunRecorder>().StartAsync("part", TestContext.Current.CancellationToken);
        await run.FinishAsync(TestContext.Current.CancellationToken);

        Assert.Single(new LedgerHome(_home).GetRunFolders());
        await host.StopAsync(TestContext.Current.CancellationToken);
    }

    static void Burn(TimeSpan time)
    {
        var began = TimeProvider.System.GetTimestamp();
        while (TimeProvider.System.GetElapsedTime(began) < time)
        {
        }
    }
}
