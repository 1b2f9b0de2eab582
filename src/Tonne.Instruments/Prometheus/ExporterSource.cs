using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using Tonne.Instruments.HttpPolling;
using Tonne.Instruments.MetricPages;

namespace Tonne.Instruments.Prometheus;

/// <summary>The page of an exporter that runs on this machine: NVIDIA's DCGM exporter, or Kepler.</summary>
/// <remarks>
/// Of the page only the lines of the preset's metrics are read; a page of Kepler has some for every process. The exporter itself refreshes
/// its values every 30 s (DCGM) or 5 s (Kepler) by default: between these, a counter is carried on at its last rate. A counter that is
/// lower
/// than before has begun anew with its exporter or driver; what it counted in between is unknown, and the record says so.
/// Sources: NVIDIA dcgm-exporter, README and etc/default-counters.csv; Kepler, docs/user/metrics.md; read 2026.
/// </remarks>
sealed class ExporterSource : SeriesSource
{
    /// <summary>The options of its addresses, beside those of all meters.</summary>
    internal static readonly ImmutableArray<string> Options = ["gpu", "host"];

    /// <summary>Time between two new values by the defaults of the exporter, in s.</summary>
    readonly double _refreshSeconds;

    readonly bool _isDcgm;
    readonly string _path;

    /// <summary>An exporter.</summary>
    /// <param name="address">Address of its page.</param>
    /// <param name="variable">The environment, for which GPUs the job may use.</param>
    internal ExporterSource(SourceAddress address, Func<string, string?> variable)
        : base(address, IsDcgm(address) ? PrometheusPreset.Dcgm : PrometheusPreset.KeplerPage, variable)
    {
        _isDcgm = IsDcgm(address);
        _refreshSeconds = _isDcgm ? 30 : 5;
        _path = address.Path.Length == 0 ? "metrics" : address.Path;
    }

    internal override string Id => $"exporter:{Preset.Name}";

    internal override bool RepeatsFirst => true;

    internal static string? Validate(SourceAddress address) => HttpTransport.ValidateTls(address)
        ?? (IsDcgm(address) || address["gpu"] is null ? null : "gpu names GPUs, of which Kepler's counters are none");

    internal override PollResult Poll(IHttpTransport transport)
    {
        var reply = transport.Get(_path);
        return reply.Reason is { } reason ? PollResult.Failed(reason) : Parse(reply.Body.Span);
    }

    /// <summary>Reads a page.</summary>
    internal PollResult Parse(ReadOnlySpan<byte> content)
    {
        var page = MetricPage.Parse(KeepLines(content, out var isPage));
        if (!isPage)
            return PollResult.Failed("answers, but not with a page of metrics");
        var found = new List<PrometheusSeries>();
        string? estimate = null;
        foreach (var group in page.Samples.Where(sample => Preset.Metrics.Any(metric => metric.Name == sample.Name)).GroupBy(CreateKey,
            StringComparer.Ordinal))
        {
            var labels = ToLabels(group.First());
            if (IsEstimated(labels))
            {
                estimate = labels["source"];
                continue;
            }

            if (Address["gpu"] is { } gpus && !gpus.Split(',').Any(gpu => gpu == labels.GetValueOrDefault("gpu")
                || gpu == labels.GetValueOrDefault("UUID")))
                continue;
            var metric = Preset.Metrics.First(each => each.Name == group.First().Name);
            // A series twice on a page counts once; dynamic and idle energy of an older Kepler are added.
            var number = group.DistinctBy(sample => sample.FindLabel("mode"), StringComparer.Ordinal).Sum(sample => sample.Value);
            found.Add(new PrometheusSeries(
                metric.Name, labels, PolledValue.Create(number, metric.PerUnit, metric.MaxValue, metric.Unit), _refreshSeconds));
        }

        if (found.Count == 0 && estimate is not null)
            return PollResult.Failed($"reports estimates of a model (source {estimate}), which are no measurement");
        return SelectSeries(found) is PrometheusResult { Reason: null } result
            ? new ExporterResult(result.Values, result.Selected, FindSoftware(page)) : SelectSeries(found);
    }

    private protected override string DescribeOrigin(PollResult answer) =>
        answer is ExporterResult { Software: { Length: > 0 } software } ? $"{Address.Host} ({software})" : Address.Host;

    private protected override string DescribeParts(PollResult answer) =>
        $"of {(answer is ExporterResult { Software: { Length: > 0 } software } ? software : Preset.Name)} at {Address.Host}";

    static bool IsDcgm(SourceAddress address) => address.Kind == SourceKind.Dcgm || address.Kind == SourceKind.DcgmEncrypted;

    // Where there are no counters, an older Kepler estimates by a model, and its source says so.
    static bool IsEstimated(Dictionary<string, string> labels) =>
        labels.TryGetValue("source", out var source) && (source.Contains("model", StringComparison.OrdinalIgnoreCase)
            || source.Contains("estimat", StringComparison.OrdinalIgnoreCase));

    string FindSoftware(MetricPage page)
    {
        var build = page.Samples.FirstOrDefault(sample => sample.Name.StartsWith(Preset.Name, StringComparison.Ordinal)
            && sample.Name.EndsWith("build_info", StringComparison.Ordinal) && sample.FindLabel("version") is { Length: > 0 });
        var version = build?.FindLabel("version");
        var driver = _isDcgm ? page.Samples.Select(static sample =>
            sample.FindLabel("DCGM_FI_DRIVER_VERSION")).FirstOrDefault(static text => text is { Length: > 0 }) : null;
        return $"{(_isDcgm ? "DCGM exporter" : "Kepler")}{(version is null ? "" : " " + Shorten(version))}{(driver is null ? "" : $", driver {Shorten(driver)}")}";
    }

    static string Shorten(string text) => Formatting.TextSanitizer.ToOneLine(text.Length > 40 ? text[..40] : text);

    static Dictionary<string, string> ToLabels(MetricSample sample)
    {
        var labels = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (name, value) in sample.Labels)
        {
            if (name != "mode")
                labels[name] = value;
        }

        return labels;
    }

    static string CreateKey(MetricSample sample)
    {
        var key = new StringBuilder(sample.Name);
        foreach (var (name, value) in sample.Labels.Where(static label => label.Name != "mode").OrderBy(static label => label.Name,
            StringComparer.Ordinal))
            key.Append(CultureInfo.InvariantCulture, $"\n{name}\r{value}");
        return key.ToString();
    }

    /// <summary>The lines of the preset's metrics and of the version, and the last one if it may be cut.</summary>
    /// <param name="content">The page.</param>
    /// <param name="isPage">Whether any line is one of a page of metrics.</param>
    byte[] KeepLines(ReadOnlySpan<byte> content, out bool isPage)
    {
        using var kept = new MemoryStream();
        isPage = false;
        for (var rest = content; !rest.IsEmpty;)
        {
            var end = rest.IndexOf((byte)'\n');
            var line = end < 0 ? rest : rest[..(end + 1)];
            rest = end < 0 ? default : rest[(end + 1)..];
            isPage = isPage || line.StartsWith("# TYPE "u8) || line.StartsWith("# HELP "u8);
            if (!IsWanted(line))
                continue;
            isPage = true;
            kept.Write(line);
        }

        return kept.ToArray();
    }

    bool IsWanted(ReadOnlySpan<byte> line)
    {
        var length = line.IndexOfAny((byte)'{', (byte)' ');
        if (length <= 0)
            return false;
        var name = line[..length];
        if (name.EndsWith("build_info"u8))
            return true;
        Span<char> text = stackalloc char[96];
        if (name.Length > text.Length)
            return false;
        text = text[..Encoding.Latin1.GetChars(name, text)];
        foreach (var metric in Preset.Metrics)
        {
            if (text.SequenceEqual(metric.Name))
                return true;
        }

        return false;
    }
}
