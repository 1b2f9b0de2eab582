using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Tonne.Formatting;
using Tonne.Hardware;
using Tonne.Instruments.HttpPolling;
using Tonne.Instruments.PlugMeters;
using Tonne.Runs;

namespace Tonne.Instruments.Prometheus;

/// <summary>Meters that a Prometheus server has already: asked by instant queries, each value with the time of its scrape.</summary>
/// <remarks>
/// One question a turn: <c>metric or timestamp(metric) or deriv(metric[2m])</c>, so that value, age and slope come from one moment of the
/// server and its own clock
/// (its <c>rate</c> divides by the whole two minutes, also where it has watched for ten seconds). A server holds many machines: series of
/// more than one machine, by any label that names one (<see cref="PrometheusMachine"/>), are refused, never added and never dropped.
/// A device is found again by what does not change with the job (its number, UUID, path): exporters add and drop labels such as pod.
/// Source: Prometheus documentation, HTTP API and querying functions, read 2026.
/// </remarks>
sealed class PrometheusSource : SeriesSource
{
    /// <summary>The options of its addresses.</summary>
    internal static readonly ImmutableArray<string> Options = ["preset", "instance", "host", "gpu", "query", "component", "device", "kind", "unit"];

    /// <summary>The time over which slopes and scrapes are counted: the 2m of the query, in s.</summary>
    const double Window = 120;

    /// <summary>A counter that is scraped once a minute moves in steps of a minute, in s.</summary>
    const double StepSeconds = 60;

    /// <summary>Assumed time between two new power values if it is not reported, in s.</summary>
    const double DefaultScrapeSeconds = 15;

    const string UuidPrefix = "GPU-";
    const string ValueLabel = "tonne_value";
    const string TimeLabel = "tonne_time";
    const string RateLabel = "tonne_rate";

    readonly string _path;

    /// <summary>A server.</summary>
    /// <param name="address">Address of the server.</param>
    /// <param name="variable">The environment, for which GPUs the job may use.</param>
    internal PrometheusSource(SourceAddress address, Func<string, string?> variable)
        : base(address, PrometheusPreset.All.FirstOrDefault(preset => preset.Name == address["preset"]) ?? CreateQueryPreset(address),
            variable)
    {
        var prefix = address.Path.Trim('/');
        _path = $"{prefix}{(prefix.Length > 0 ? "/" : "")}api/v1/query?query={Uri.EscapeDataString(Query)}";
    }

    /// <summary>The queries.</summary>
    internal string Query
    {
        get
        {
            if (Address["query"] is { } query)
                return $"label_replace({query}, \"{ValueLabel}\", \"query\", \"\", \"\") or label_replace(timestamp({query}), \"{TimeLabel}\", \"query\", \"\", \"\")";
            var matchers = new StringBuilder();
            if (Address["instance"] is { } instance)
                matchers.Append(CultureInfo.InvariantCulture, $"instance=\"{Escape(instance)}\",");
            if (Address["gpu"] is { } gpu)
                matchers.Append(CultureInfo.InvariantCulture, $"{(gpu.StartsWith(UuidPrefix, StringComparison.Ordinal) ? "UUID" : "gpu")}=~\"{string.Join('|', gpu.Split(',').Select(each => Escape(each)))}\",");
            return string.Join(" or ", Preset.Metrics.SelectMany(metric => new[]
            {
                $"label_replace({metric.Name}{{{matchers}}}, \"{ValueLabel}\", \"{metric.Name}\", \"\", \"\")",
                $"label_replace(timestamp({metric.Name}{{{matchers}}}), \"{TimeLabel}\", \"{metric.Name}\", \"\", \"\")",
                $"label_replace({(metric.Kind == MeterKind.EnergyCounter ? "deriv" : "count_over_time")}({metric.Name}{{{matchers}}}[2m]), \"{RateLabel}\", \"{metric.Name}\", \"\", \"\")",
            }));
        }
    }

    internal override string Id => $"prometheus:{Preset.Name}";

    /// <summary>
    /// Scrapes may be a minute apart, and the reading of the exporter half a minute old. An older value is not from this run.
    /// </summary>
    internal override TimeSpan MaxValueAge => TimeSpan.FromSeconds(90);

    internal static string? Validate(SourceAddress address)
    {
        if (HttpTransport.ValidateTls(address) is { } problem)
            return problem;
        if (address["preset"] is { } name)
        {
            if (PrometheusPreset.All.All(preset => preset.Name != name))
                return $"the preset '{name}' is not one of {string.Join(", ", PrometheusPreset.All.Select(preset => preset.Name))}";
            if (address["gpu"]?.Split(',') is { } gpus
                && gpus.Select(gpu => gpu.StartsWith(UuidPrefix, StringComparison.Ordinal)).Distinct().Count() > 1)
                return "gpu names GPUs either by their numbers or by their UUIDs";
            return address["query"] is null && address["component"] is null && address["kind"] is null && address["unit"] is null && address["device"] is null
                ? null : "preset says already what query, component, kind, unit and device would";
        }

        if (address["query"] is null)
            return "either preset or query says what to ask for";
        if (address["component"] is not ("platform" or "cpu" or "memory" or "gpu"))
            return "component must name what the query measures: platform, cpu, memory or gpu";
        if (address["component"] == "gpu" != (address["device"] is not null))
            return "device names the GPU of the query, such as device=0, and nothing else";
        if (address["instance"] is not null || address["host"] is not null || address["gpu"] is not null)
            return "instance, host and gpu belong to a preset; write them into the query";
        return GetScale(address["kind"], address["unit"]) is null ? "kind and unit say what the number is: kind=power&unit=W (mW, uW, kW), or kind=energy&unit=J (mJ, uJ, kJ, Wh, kWh)" : null;
    }

    internal override PollResult Poll(IHttpTransport questions)
    {
        var reply = questions.Get(_path);
        // The server answers an invalid query with status 400 and a message.
        if (reply.Status is 400 or 422 or 503)
            return (reply with { Reason = null }).ParseJson(root => Parse(root)) is { Reason: not null } reported ? reported : PollResult.Failed(reply.Reason!);
        return reply.ParseJson(Parse);
    }

    internal PollResult Parse(JsonElement root)
    {
        if (root.GetMember("status").GetText() != "success")
            return PollResult.Failed(root.GetMember("error").GetText() is { } error ? $"refuses the query: {TextSanitizer.ToOneLine(error.Length > 200 ? error[..200] : error)}" : "answers, but not as Prometheus does");
        if (root.GetMember("data")?.GetMember("result") is not { ValueKind: JsonValueKind.Array } result || root.GetMember("data")?.GetMember("resultType").GetText() != "vector")
            return PollResult.Failed("answers with something that is not a vector");
        var times = new Dictionary<string, double>(StringComparer.Ordinal);
        var rates = new Dictionary<string, double>(StringComparer.Ordinal);
        var values = new List<(string Metric, Dictionary<string, string> Labels, double Number, double At)>();
        foreach (var series in result.EnumerateArray())
        {
            if (series.GetMember("value") is not { ValueKind: JsonValueKind.Array } pair || pair.GetArrayLength() != 2 || pair[0].ParseNumber() is not { } at || pair[1].ParseNumber() is not { } number)
                continue;
            var labels = new Dictionary<string, string>(StringComparer.Ordinal);
            if (series.GetMember("metric") is { ValueKind: JsonValueKind.Object } metric)
            {
                foreach (var label in metric.EnumerateObject())
                    labels[label.Name] = ((JsonElement?)label.Value).GetText() ?? "";
            }

            labels.Remove("__name__");
            if (labels.Remove(TimeLabel, out var timed))
                times[CreateKey(timed, labels)] = number;
            else if (labels.Remove(RateLabel, out var rated))
                rates[CreateKey(rated, labels)] = number;
            else if (labels.Remove(ValueLabel, out var valued))
                values.Add((valued, labels, number, at));
        }

        var found = new List<PrometheusSeries>();
        foreach (var (metric, labels, number, at) in values)
        {
            var metricOfPreset = metric == "query" ? Preset.Metrics[0] : Preset.Metrics.FirstOrDefault(each => each.Name == metric);
            if (metricOfPreset is null)
                continue;
            var scraped = times.TryGetValue(CreateKey(metric, labels), out var time) && double.IsFinite(time) ? time : at;
            var age = TimeSpan.FromSeconds(Math.Clamp(at - scraped, 0, 86_400));
            double? slope = rates.TryGetValue(CreateKey(metric, labels), out var rate) ? rate : null;
            found.Add(metricOfPreset.Kind == MeterKind.EnergyCounter
                ? new PrometheusSeries(metric, labels, PolledValue.Create(number, metricOfPreset.PerUnit, metricOfPreset.MaxValue, metricOfPreset.Unit, age, slope), StepSeconds)
                : new PrometheusSeries(metric, labels, PolledValue.Create(number, metricOfPreset.PerUnit, metricOfPreset.MaxValue, metricOfPreset.Unit, age), slope is >= 1 ? Window / slope.Value : DefaultScrapeSeconds));
        }

        return SelectSeries(found);
    }

    static string CreateKey(string metric, Dictionary<string, string> labels)
    {
        var key = new StringBuilder(metric);
        foreach (var (name, value) in labels.OrderBy(label => label.Key, StringComparer.Ordinal))
            key.Append('\n').Append(name).Append('\r').Append(value);
        return key.ToString();
    }

    static PrometheusPreset CreateQueryPreset(SourceAddress address)
    {
        var (kind, perUnit, most) = GetScale(address["kind"], address["unit"]) ?? (MeterKind.Power, 1e3, PolledValue.MaxMachineWatts);
        return PrometheusPreset.CreateCustom(
            new PrometheusMetric("query", kind, perUnit, address["unit"] ?? "W", most),
            address["component"] switch { "cpu" => Component.Cpu, "memory" => Component.Memory, "gpu" => Component.Gpu, _ => Component.Platform },
            address["device"]);
    }

    /// <summary>Converts a unit to mW or µJ, with the largest plausible value; null if the unit does not fit the kind of meter.</summary>
    static (MeterKind Kind, double PerUnit, double Most)? GetScale(string? kind, string? unit) => (kind, unit) switch
    {
        ("power", "W") => (MeterKind.Power, 1e3, PolledValue.MaxMachineWatts),
        ("power", "mW") => (MeterKind.Power, 1, PolledValue.MaxMachineWatts * 1e3),
        ("power", "uW") => (MeterKind.Power, 1e-3, PolledValue.MaxMachineWatts * 1e6),
        ("power", "kW") => (MeterKind.Power, 1e6, PolledValue.MaxMachineWatts / 1e3),
        ("energy", "J") => (MeterKind.EnergyCounter, 1e6, 9e12),
        ("energy", "mJ") => (MeterKind.EnergyCounter, 1e3, 9e15),
        ("energy", "uJ") => (MeterKind.EnergyCounter, 1, 9e18),
        ("energy", "kJ") => (MeterKind.EnergyCounter, 1e9, 9e9),
        ("energy", "Wh") => (MeterKind.EnergyCounter, 3.6e9, 2.5e9),
        ("energy", "kWh") => (MeterKind.EnergyCounter, 3.6e12, 2.5e6),
        _ => null,
    };

    static string Escape(string text) => text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal);
}
