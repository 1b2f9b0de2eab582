using Tonne.Formatting;
using Tonne.Hardware;
using Tonne.Instruments.Machines;
using Tonne.Instruments.Otlp;
using Tonne.Instruments.PlugMeters;
using Tonne.Instruments.Prometheus;
using Tonne.Instruments.Redfish;
using Tonne.Quantities;
using Tonne.Recording;
using Tonne.Recording.Metering;
using Tonne.Runs;

namespace Tonne.Instruments.HttpPolling;

/// <summary>Finds the plug meters, management controllers and metric servers in the configuration. No other address is contacted.</summary>
/// <remarks>
/// All are asked at once when made; each may take its own time for the first answer (1 s by default). One that has not answered by then is
/// a missing meter of this run,
/// with the reason, and what it would have reported is modelled.
/// </remarks>
sealed class NetworkMeters : Instrument
{
    static readonly TimeSpan _finalTimeout = TimeSpan.FromSeconds(1);

    readonly List<PolledMeter> _meters = [];
    readonly List<MeteredPart> _parts = [];
    readonly List<MissingMeter> _missing = [];
    readonly List<Warning> _warnings = [];
    readonly List<Poller> _pollers = [];
    readonly List<(PolledMeter Power, PolledMeter Counter)> _comparisons = [];
    readonly CancellationTokenSource _ended = new();
    readonly TimeProvider _time;
    readonly double _maxMachineWatts;
    readonly NetworkMeterPool? _pool;
    readonly IReadOnlyList<MeteredPart> _local;

    /// <summary>Asks what the options name.</summary>
    /// <param name="options">The addresses, and how to ask.</param>
    /// <param name="maxMachineWatts">The power that this machine cannot exceed, W.</param>
    /// <param name="local">Parts that tonne measures itself. Null: none.</param>
    /// <param name="transportFactory">Asks in another way: tests answer themselves, and take the turns. Null: over the network.</param>
    internal NetworkMeters(
        DiscoveryOptions options, double maxMachineWatts = PolledValue.MaxMachineWatts, Func<SourceAddress,
            IHttpTransport>? transportFactory = null,
        IReadOnlyList<MeteredPart>? local = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        (_time, _maxMachineWatts, _pool, _local) = (options.Time, maxMachineWatts, options.NetworkPool, local ?? []);
        if (options.MeterAddresses.IsDefaultOrEmpty)
            return;
        var begun = _time.GetTimestamp();
        var polled = new List<(PolledSource Source, Poller Poller)>();
        foreach (var text in options.MeterAddresses)
        {
            if (!SourceAddress.TryParse(text, out var address, out var problem))
            {
                AddMissing(new MissingMeter("meter", "--meter", problem, null, []));
                continue;
            }

            var source = CreateSource(address, options.JobVariable ?? options.EnvironmentVariable);
            if (_pool?.Find(text) is { } shared)
            {
                if (shared.First is { } first)
                    AddSource(source, shared.Poller, first);
                else
                    AddMissing(CreateMissingMeter(source, shared.Poller.LastError ?? "it did not answer when it was first asked", null));
                continue;
            }

            if (!TryReadPassword(address, options.EnvironmentVariable, out var password, out var reason))
            {
                AddMissing(CreateMissingMeter(source, reason, null));
                continue;
            }

            if (source is OtlpSource receiver)
                receiver.Time = _time;
            var poller = new Poller(source, transportFactory?.Invoke(address) ?? new HttpTransport(
                address, password, source.WaitsForChallenge, _time, _pool?.Ended ?? _ended.Token), _time);
            if (transportFactory is null)
                poller.Start();
            else
                poller.PollOnce();
            polled.Add((source, poller));
        }

        foreach (var (source, poller) in polled)
        {
            var first = poller.WaitForFirst(source.Address.StartupTimeout - _time.GetElapsedTime(begun));
            _pool?.Add(source.Address.Text, poller, first);
            if (first is not null)
            {
                AddSource(source, poller, first);
                continue;
            }

            AddMissing(CreateMissingMeter(source, poller.LastError ?? $"{source.Address.Host} has not answered within {DisplayValue.Format(source.Address.StartupTimeout.TotalSeconds, "s")}; a slow one may be given longer with wait=5s in its address", source.Address.Base.AbsoluteUri + source.Address.Path));
            Release(poller);
        }
    }

    /// <inheritdoc/>
    public override IReadOnlyList<IMeter> Meters => _meters;

    /// <inheritdoc/>
    public override IReadOnlyList<MeteredPart> Parts => _parts;

    /// <inheritdoc/>
    public override IReadOnlyList<MissingMeter> Missing => _missing;

    /// <inheritdoc/>
    public override IReadOnlyList<Warning> Warnings => _warnings;

    /// <summary>The pollers, for tests to take their turns.</summary>
    internal IReadOnlyList<Poller> Pollers => _pollers;

    /// <inheritdoc/>
    public override void PrepareFinalSample()
    {
        var now = _time.GetTimestamp();
        foreach (var poller in _pollers)
            poller.PollNow();
        foreach (var poller in _pollers)
            poller.WaitForAnswerSince(now, _finalTimeout - _time.GetElapsedTime(now));
    }

    /// <inheritdoc/>
    public override IEnumerable<Warning> GetFinalWarnings()
    {
        foreach (var meter in _meters)
        {
            foreach (var warning in meter.GetFinalWarnings())
                yield return warning;
        }

        foreach (var poller in _pollers)
        {
            foreach (var warning in poller.Source.GetFinalWarnings())
                yield return warning;
        }

        foreach (var (power, counter) in _comparisons)
        {
            if (PowerCounterComparison.GetWarning(power, counter) is { } warning)
                yield return warning;
        }
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        _ended.Cancel();
        foreach (var poller in _pollers)
            Release(poller);
        base.Dispose(disposing);
    }

    // What is shared goes on for the next run.
    void Release(Poller poller)
    {
        if (_pool is null)
            poller.Dispose();
    }

    PolledSource CreateSource(SourceAddress address, Func<string, string?> variable)
    {
        var source = CreateSourceOf(address, variable);
        if (source is SeriesSource series && source is not PrometheusSource)
            series.Local = _local;
        return source;
    }

    static PolledSource CreateSourceOf(SourceAddress address, Func<string, string?> variable) => address.Kind switch
    {
        var kind when kind == SourceKind.Shelly => new ShellySource(address),
        var kind when kind == SourceKind.Tasmota => new TasmotaSource(address),
        var kind when kind == SourceKind.Redfish || kind == SourceKind.RedfishUnencrypted => new RedfishSource(address),
        var kind when kind == SourceKind.Prometheus || kind == SourceKind.PrometheusEncrypted => new PrometheusSource(address, variable),
        var kind when kind == SourceKind.Dcgm || kind == SourceKind.DcgmEncrypted || kind == SourceKind.Kepler
            || kind == SourceKind.KeplerEncrypted
            => new ExporterSource(address, variable),
        var kind when kind == SourceKind.Otlp => new OtlpSource(address, variable),
        _ => new JsonSource(address),
    };

    static bool TryReadPassword(SourceAddress address, Func<string, string?> variable, out string? password, out string reason)
    {
        (password, reason) = (variable(address.Kind.PasswordVariable), "");
        if (address["password-file"] is not { } file)
            return true;
        try
        {
            password = File.ReadAllText(file).TrimEnd('\r', '\n');
            return true;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            reason = $"its password file {file} cannot be read: {error.Message.TrimEnd('.')}";
            return false;
        }
    }

    static MissingMeter CreateMissingMeter(PolledSource source, string reason, string? url) => new(
        source.Id, SecretMask.MaskText(source.Address.Text), reason, null,
        url is null ? [] : [new Remedy("ask it by hand, from this machine", $"curl -sS {(source.Address.User is { } user ? $"-u {user} " : "")}'{SecretMask.MaskText(url)}'", PersistsAcrossReboots: true)]);

    /// <summary>A meter that the user named is never left out without a warning.</summary>
    void AddMissing(MissingMeter meter)
    {
        _missing.Add(meter);
        var name = meter.Id == "meter" ? "" : $" {meter.Id}";
        _warnings.Add(new Warning("named-meter-unusable", $"The named meter{name} is not used: {meter.Reason}.", "tonne doctor shows what it answers."));
    }

    /// <summary>Why the first power of a meter of the whole machine cannot be true; null if it can.</summary>
    string? FindImplausiblePower(SourceCapabilities offer, PollResult first)
    {
        foreach (var (key, meter) in offer.Channels)
        {
            if (meter is not { Kind: MeterKind.Power, Role: MeterRole.Machine } || first.Values.FirstOrDefault(pair => pair.Key == key) is not { Key: not null, Value.Reason: null } value)
                continue;
            var watts = value.Value.Value / 1e3;
            if (watts > _maxMachineWatts)
            {
                return $"it reports {DisplayValue.Format(watts, "W")}, more than this machine can draw (at most {DisplayValue.Format(_maxMachineWatts, "W", 2)})"
                    + (watts / 1000 <= _maxMachineWatts ? "; it may count in mW, which json+http:// reads with unit=mW" : "");
            }
        }

        return null;
    }

    void AddSource(PolledSource source, Poller poller, PollResult first)
    {
        var offer = source.GetCapabilities(first);
        if ((offer.UnusableReason ?? FindImplausiblePower(offer, first)) is { } refusal)
        {
            AddMissing(CreateMissingMeter(source, $"{source.Address.Host}: {TextSanitizer.ToOneLine(refusal)}", null));
            Release(poller);
            return;
        }

        poller.SelectChannels([.. offer.Channels.Select(channel => channel.Key)]);
        _pollers.Add(poller);
        var begin = _meters.Count;
        for (var i = 0; i < offer.Channels.Count; i++)
            _meters.Add(new PolledMeter(poller, i, offer.Channels[i].Meter, _time));
        var ofSource = _meters[begin..];
        foreach (var power in ofSource.Where(meter => meter.Description is { Kind: MeterKind.Power, Role: MeterRole.Machine }))
        {
            if (ofSource.Find(meter => meter.Description is { Kind: MeterKind.EnergyCounter, Role: MeterRole.Contained } && meter.Description.Component == power.Description.Component && meter.Description.Device == power.Description.Device) is { } counter)
                _comparisons.Add((power, counter));
        }

        _parts.AddRange(offer.Parts);
        _warnings.AddRange(offer.Warnings);
        if (_parts.Count(part => part.Component == Component.Platform) > 1 && offer.Parts.Any(part => part.Component == Component.Platform))
            _warnings.Add(new Warning("two-plugs", $"{source.Id} is another meter of the whole machine: the first one named counts, this one is shown.", "Name two supplies on two channels of one device together: shelly://HOST/0+1."));
    }
}
