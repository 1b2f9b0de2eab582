using System.Diagnostics.Metrics;
using Tonne.Accounting;
using Tonne.Hardware;
using Tonne.Quantities;
using Tonne.Recording;
using Tonne.Runs;

namespace Tonne.Hosting;

/// <summary>The figures of the host's run as metrics, for whatever listens to the meter <see cref="MeterName"/>: OpenTelemetry, dotnet-counters.</summary>
/// <remarks>
/// Names and units of <c>hw.energy</c>, <c>hw.power</c>, <c>hw.host.energy</c>, <c>hw.host.power</c> are those of the OpenTelemetry semantic conventions for
/// hardware (1.44): of the machine, since the run began. What has no name there is <c>tonne.run.energy</c> (J, the job's IT energy) and
/// <c>tonne.run.carbon</c> (g CO2e, with the facility and embodied emissions), each with the attribute <c>tonne.bound</c> = best, low or high.
/// The trace is read for each look, at some 10 µs a sample; looks are made so seldom that this takes at most 1 % of one processor, but figures
/// are never older than a tenth of the run: after many days they may be a minute old. When the run has ended, they are those of its record.
/// </remarks>
public sealed class TonneMetrics : IDisposable
{
    /// <summary>Name of the meter.</summary>
    public const string MeterName = "Tonne";

    const double JoulesPerKwh = 3_600_000;
    const double GramsPerKg = 1_000;

    readonly HostRecording _recording;
    readonly TimeProvider _time;
    readonly Meter _meter;
    readonly Lock _gate = new();
    Look? _look;
    Look? _before;
    bool _isFinal;

    /// <summary>Creates the meter.</summary>
    /// <param name="recording">The run.</param>
    /// <param name="meters">Creates the meter.</param>
    /// <param name="time">The clock.</param>
    public TonneMetrics(HostRecording recording, IMeterFactory meters, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(meters);
        (_recording, _time) = (recording, time);
        _meter = meters.Create(MeterName);
    }

    internal void Start()
    {
        if (_recording.Run is null)
            return;
        _meter.CreateObservableCounter("hw.energy", () => Observe(static (look, _) => look.Parts.Select(static part => new Measurement<double>(part.Joules, part.Tags))), "J", "Energy of a component since the run began");
        _meter.CreateObservableGauge("hw.power", () => Observe(static (look, before) => look.Parts.Select(part => new Measurement<double>(GetPower(look, before, part.Id), part.Tags))), "W", "Mean power of a component since the look before");
        _meter.CreateObservableCounter("hw.host.energy", () => Observe(static (look, _) => [new Measurement<double>(look.Joules, HostTags)]), "J", "Energy of the machine since the run began");
        _meter.CreateObservableGauge("hw.host.power", () => Observe(static (look, before) => [new Measurement<double>(GetPower(look, before, null), HostTags)]), "W", "Mean power of the machine since the look before");
        // The bounds may become narrower, so they are no counters.
        _meter.CreateObservableUpDownCounter("tonne.run.energy", () => Observe(static (look, _) => ListBounds(look.Energy, JoulesPerKwh)), "J", "IT energy of this program");
        _meter.CreateObservableUpDownCounter("tonne.run.carbon", () => Observe(static (look, _) => ListBounds(look.Emissions, GramsPerKg)), "g", "Emissions of this program, CO2e");
    }

    /// <inheritdoc/>
    public void Dispose() => _meter.Dispose();

    static KeyValuePair<string, object?>[] HostTags { get; } = [new("hw.id", "host")];

    static IEnumerable<Measurement<double>> ListBounds(Bounds bounds, double factor) =>
    [
        new(bounds.Best * factor, new KeyValuePair<string, object?>("tonne.bound", "best")),
        new(bounds.Low * factor, new KeyValuePair<string, object?>("tonne.bound", "low")),
        new(bounds.High * factor, new KeyValuePair<string, object?>("tonne.bound", "high")),
    ];

    static double GetPower(Look look, Look? before, string? id)
    {
        var (joules, seconds) = (GetJoules(look, id), look.Seconds);
        if (before is not null)
            (joules, seconds) = (joules - GetJoules(before, id), seconds - before.Seconds);
        return seconds > 0 ? joules / seconds : 0;
    }

    static double GetJoules(Look look, string? id) => id is null ? look.Joules : look.Parts.Where(part => part.Id == id).Sum(static part => part.Joules);

    IEnumerable<Measurement<double>> Observe(Func<Look, Look?, IEnumerable<Measurement<double>>> read)
    {
        lock (_gate)
        {
            Refresh();
            return _look is { } look ? [.. read(look, _before)] : [];
        }
    }

    // All instruments are read one after another and must tell of the same moment.
    void Refresh()
    {
        if (_recording.Run is not { } run || _isFinal)
            return;
        if (_recording.Result is { } result)
        {
            (_before, _look, _isFinal) = (_look, Look.From(result.Record, result.Footprint, _time.GetTimestamp(), TimeSpan.Zero), true);
            return;
        }

        if (_look is { } last && _time.GetElapsedTime(last.TakenAt) < ReadingPause.Get(last.Cost, TimeSpan.FromTicks(run.ElapsedNanoseconds / 100)))
            return;
        var began = _time.GetTimestamp();
        try
        {
            var (record, footprint) = run.AccountSoFar();
            _before = _look;
            _look = Look.From(record, footprint, _time.GetTimestamp(), _time.GetElapsedTime(began));
        }
#pragma warning disable CA1031 // Whoever collects metrics must not fail because the run cannot be read now; the last figures stay.
        catch (Exception error) when (error is not OutOfMemoryException)
#pragma warning restore CA1031
        {
            return;
        }
    }

    sealed record Part(string Id, double Joules, KeyValuePair<string, object?>[] Tags);

    sealed record Look(IReadOnlyList<Part> Parts, double Joules, Bounds Energy, Bounds Emissions, double Seconds, long TakenAt, TimeSpan Cost)
    {
        public static Look From(RunRecord record, Footprint footprint, long takenAt, TimeSpan cost)
        {
            var parts = record.Components.Select(static component =>
            {
                var type = component.Component switch { Component.Cpu => "cpu", Component.Memory => "memory", Component.Gpu => "gpu", _ => "enclosure" };
                var id = component.Device is { } device ? $"{type}-{device}" : type;
                return new Part(id, component.MachineMicrojoules / 1e6, [new("hw.id", id), new("hw.type", type), new("tonne.quality", component.Quality.ToString().ToLowerInvariant())]);
            }).ToList();
            return new Look(parts, parts.Sum(static part => part.Joules), footprint.Energy.Bounds, footprint.Total.Bounds, record.DurationSeconds, takenAt, cost);
        }
    }
}
