using System.Collections.Immutable;
using System.Globalization;
using System.Net;
using System.Text;
using Tonne.Formatting;
using Tonne.Instruments.HttpPolling;
using Tonne.Instruments.Prometheus;
using Tonne.Quantities;

namespace Tonne.Instruments.Otlp;

/// <summary>Metrics of hardware that a collector on this machine sends to an address of this process over OTLP/HTTP.</summary>
/// <remarks>
/// <c>hw.energy</c> and <c>hw.power</c> by <c>hw.id</c> and <c>hw.type</c>, <c>hw.host.energy</c> and <c>hw.host.power</c>: OpenTelemetry
/// semantic conventions for hardware, 1.44 (development). The port is opened at the first look and stays open. Nothing is asked of
/// anybody: a
/// sender that is silent for 90 s is a gap.
/// </remarks>
sealed class OtlpSource : SeriesSource, IDisposable
{
    /// <summary>Most series that are kept; more are left out.</summary>
    const int MaxSeries = 1_000;

    const double DefaultRefreshSeconds = 60;

    static readonly ImmutableArray<string> _identifying = ["host", "hw.id", "hw.type", "hw.parent", "hw.name"];

    readonly Lock _gate = new();
    readonly Dictionary<string, HardwareSeries> _series = new(StringComparer.Ordinal);
    OtlpReceiver? _receiver;
    string? _refused;
    bool _hasMore;

    /// <summary>An address of this process.</summary>
    /// <param name="address">Where to listen.</param>
    /// <param name="variable">The environment, for which GPUs the job may use.</param>
    internal OtlpSource(SourceAddress address, Func<string, string?> variable)
        : base(address, PrometheusPreset.Otlp, variable)
    {
    }

    internal override string Id => "otlp";

    internal override bool RepeatsFirst => true;

    internal override TimeSpan MaxValueAge => TimeSpan.FromSeconds(90);

    /// <summary>The clock. Default: the system's.</summary>
    internal TimeProvider Time { get; set; } = TimeProvider.System;

    internal static string? Validate(SourceAddress address) =>
        ReadEndpoint(address) is null ? "it must be an address and a port of this machine" : address.Path.Length > 0
            ? "it has no path: senders add /v1/metrics" : null;

    internal override PollResult Poll(IHttpTransport transport)
    {
        if (_receiver is null)
        {
            try
            {
                _receiver = OtlpReceiver.Open(ReadEndpoint(Address)!, "/v1/metrics", Take, reason => _refused = reason);
            }
            catch (IOException error)
            {
                return PollResult.Failed(error.Message);
            }
        }

        return Read();
    }

    /// <summary>What has come so far.</summary>
    internal PollResult Read()
    {
        var found = new List<PrometheusSeries>();
        lock (_gate)
        {
            if (_series.Count == 0)
            {
                return PollResult.Failed(_refused is { } refused ? $"was sent what cannot be read: {refused}"
                    : "has been sent no hw.energy, hw.power or hw.host.energy yet");
            }

            var now = GetNanoseconds();
            // A part with its sum and without it: processors below a package.
            var ids = _series.Values.Select(static series => (series.Attributes.GetValueOrDefault("hw.type", ""),
                series.Attributes.GetValueOrDefault("hw.id", ""))).ToHashSet();
            foreach (var series in _series.Values.OrderBy(static series => series.Attributes.GetValueOrDefault("hw.id", ""),
                StringComparer.Ordinal))
            {
                var metric = Preset.Metrics.First(each => each.Name == series.Metric);
                var age = TimeSpan.FromSeconds(now > series.Time ? (now - series.Time) / 1e9 : 0);
                var labels = new Dictionary<string, string>(series.Attributes, StringComparer.Ordinal);
                if (labels.TryGetValue("hw.parent", out var parent) && ids.Contains((labels.GetValueOrDefault("hw.type", ""), parent)))
                    labels["tonne.inside"] = "true";
                found.Add(new PrometheusSeries(series.Metric, labels, series.Value is { } value
                    ? PolledValue.Create(value, metric.PerUnit, metric.MaxValue, metric.Unit, age)
                        : PolledValue.Gap(series.Reason ?? "it has no value"), DefaultRefreshSeconds));
            }
        }

        return SelectSeries(found);
    }

    /// <summary>Takes an export.</summary>
    /// <exception cref="FormatException">It cannot be read.</exception>
    internal bool Take(ReadOnlyMemory<byte> export, bool isJson)
    {
        var points = isJson ? HardwareMetrics.ReadJson(export) : HardwareMetrics.ReadProtobuf(export.Span);
        var now = GetNanoseconds();
        lock (_gate)
        {
            foreach (var point in points.OrderBy(static point => point.Time))
            {
                var key = CreateKey(point);
                if (!_series.TryGetValue(key, out var series))
                {
                    if (_series.Count >= MaxSeries)
                    {
                        _hasMore = true;
                        continue;
                    }

                    var attributes = point.Attributes.Where(static each => _identifying.Contains(each.Key))
                        .ToDictionary(static each => each.Key, static each => each.Value, StringComparer.Ordinal);
                    _series[key] = series = new HardwareSeries(point.Metric, attributes, Preset.CeilingWatts);
                }

                series.Add(point, now);
            }
        }

        return true;
    }

    internal override IEnumerable<Warning> GetFinalWarnings()
    {
        lock (_gate)
        {
            var warnings = _series.Values.Where(static series => series.LostSeconds > 0).Select(series => new Warning(
                "otlp-deltas-lost", $"{Id}: of {series.Metric} {series.Attributes.GetValueOrDefault("hw.id", "host")} the deltas of "
                    + $"{DisplayValue.Format(series.LostSeconds, "s")} never came: their energy is not counted.",
                "Let the collector send cumulative sums.")).ToList();
            if (_hasMore)
            {
                warnings.Add(new Warning("otlp-too-many-series", string.Create(CultureInfo.InvariantCulture,
                    $"{Id}: more than {MaxSeries} series were sent; the others are left out.")));
            }

            return warnings;
        }
    }

    private protected override string DescribeParts(PollResult answer) => $"that a collector sends to {Address.Host} (OTLP)";

    /// <inheritdoc/>
    public void Dispose() => _receiver?.Dispose();

    ulong GetNanoseconds() => (ulong)(Time.GetUtcNow() - DateTimeOffset.UnixEpoch).Ticks * 100;

    static IPEndPoint? ReadEndpoint(SourceAddress address) => !address.Base.IsDefaultPort && address.Base.Port > 0
        && IPAddress.TryParse(address.Base.Host == "localhost" ? "127.0.0.1" : address.Base.Host.Trim('[', ']'), out var ip)
            ? new IPEndPoint(ip, address.Base.Port) : null;

    static string CreateKey(HardwarePoint point)
    {
        var key = new StringBuilder(point.Metric);
        foreach (var name in _identifying)
            key.Append('\n').Append(point.Attributes.GetValueOrDefault(name, ""));
        return key.ToString();
    }
}
