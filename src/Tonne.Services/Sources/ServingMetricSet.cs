using System.Collections.Immutable;
using Tonne.Catalogs;
using Tonne.Instruments.MetricPages;

namespace Tonne.Services.Sources;

/// <summary>The metrics of one kind of serving software.</summary>
/// <param name="Server">Name of the software.</param>
/// <param name="Metrics">Its metrics; of several for a quantity, the first that a page has counts.</param>
public sealed record ServingMetricSet(string Server, ImmutableArray<ServingMetric> Metrics)
{
    const string Table = "serving_metrics.csv";
    const string Header = "server,quantity,metric,where,model_label,versions,source";
    const string Example = "output-tokens=my_generated_tokens_total{kind=\"chat\"}";

    static readonly ImmutableArray<(string Word, ServingQuantity Quantity)> _words =
    [
        ("prompt-tokens", ServingQuantity.PromptTokens),
        ("computed-prompt-tokens", ServingQuantity.ComputedPromptTokens),
        ("cached-tokens", ServingQuantity.CachedTokens),
        ("output-tokens", ServingQuantity.OutputTokens),
        ("requests", ServingQuantity.Requests),
        ("running", ServingQuantity.Running),
        ("waiting", ServingQuantity.Waiting),
        ("first-token-seconds", ServingQuantity.FirstTokenSeconds),
        ("request-seconds", ServingQuantity.RequestSeconds),
        ("queue-seconds", ServingQuantity.QueueSeconds),
    ];

    static readonly Lazy<ImmutableArray<ServingMetricSet>> _known = new(ReadTable);

    /// <summary>The software that tonne knows: vLLM, TGI, SGLang, TensorRT-LLM, Triton, llama.cpp.</summary>
    public static ImmutableArray<ServingMetricSet> Known => _known.Value;

    /// <summary>Names of quantities in pairs of a configuration.</summary>
    public static IEnumerable<string> QuantityNames => _words.Select(static pair => pair.Word);

    /// <summary>Finds the software by the names of metrics.</summary>
    /// <param name="page">A page of metrics.</param>
    /// <returns>The software of which the page has the most quantities; null if it has none.</returns>
    public static ServingMetricSet? Recognise(MetricPage page)
    {
        ArgumentNullException.ThrowIfNull(page);
        var names = page.Samples.ToLookup(static sample => ServingMetric.ToKey(sample.Name), StringComparer.Ordinal);
        return Known.Select(set => (Set: set, Count: set.Metrics.Count(metric => names[GetReadKey(metric)].Any(metric.Accepts))))
            .Where(static found => found.Count > 0).OrderByDescending(static found => found.Count).FirstOrDefault().Set;
    }

    /// <summary>The metrics of software that tonne does not know.</summary>
    /// <param name="server">Its name.</param>
    /// <param name="pairs">
    /// Pairs of a quantity and a metric, with labels that a series must have: <c>output-tokens=my_tokens_total{kind="chat"}</c>; and
    /// <c>model-label=NAME</c>, the label that names the model. Default of it: <c>model_name</c>, then <c>model</c>.
    /// </param>
    /// <exception cref="FormatException">A pair is malformed, names no quantity, or no pair has one; the message has an
    /// example.</exception>
    public static ServingMetricSet FromPairs(string server, IEnumerable<string> pairs)
    {
        ArgumentNullException.ThrowIfNull(server);
        ArgumentNullException.ThrowIfNull(pairs);
        ImmutableArray<string> labels = [];
        var metrics = ImmutableArray.CreateBuilder<ServingMetric>();
        foreach (var pair in pairs)
        {
            var equals = pair.IndexOf('=', StringComparison.Ordinal);
            var (word, metric) = equals < 0 ? (pair, "") : (pair[..equals].Trim(), pair[(equals + 1)..].Trim());
            if (word == "model-label" && metric.Length > 0)
            {
                labels = [.. labels, metric];
                continue;
            }

            if (FindQuantity(word) is not { } quantity || metric.Length == 0)
            {
                throw new FormatException($"'{pair}' is no pair of a quantity and a metric. The quantities are "
                    + $"{string.Join(", ", QuantityNames)} and model-label. Example: {Example}");
            }

            // The value is not used: it makes the text a line of a page.
            if (!MetricLine.TryRead($"{metric} 0", out var sample, out _, out var problem))
                throw new FormatException($"'{pair}': {problem}. Example: {Example}");
            metrics.Add(new ServingMetric(server, quantity, sample.Name, sample.Labels, [], "", "configuration"));
        }

        if (metrics.Count == 0)
            throw new FormatException($"There is no metric. Example: {Example}");
        if (labels.IsEmpty)
            labels = ["model_name", "model"];
        return new ServingMetricSet(server, [.. metrics.Select(metric => metric with { ModelLabels = labels })]);
    }

    internal static ServingQuantity? FindQuantity(string word)
    {
        foreach (var (known, quantity) in _words)
        {
            if (known == word)
                return quantity;
        }

        return null;
    }

    /// <summary>The key of the series that shows that the page has a metric.</summary>
    internal static string GetReadKey(ServingMetric metric) => ServingMetric.ToKey(metric.IsHistogram ? metric.Name + "_sum" : metric.Name);

    static ImmutableArray<ServingMetricSet> ReadTable()
    {
        var reader = new CsvReader(Table, EmbeddedTable.ReadText(Table, typeof(ServingMetricSet).Assembly), Header);
        var metrics = new List<ServingMetric>();
        while (reader.Read())
        {
            var word = reader.GetText(1);
            metrics.Add(new ServingMetric(
                reader.GetText(0),
                FindQuantity(word) ?? throw reader.CreateFormatException($"there is no quantity named \"{word}\""),
                reader.GetText(2),
                [.. Split(reader.GetText(3), ';').Select(static condition => condition.Split('=', 2))
                    .Select(static parts => new MetricLabel(parts[0], parts[^1]))],
                [.. Split(reader.GetText(4), '|')], reader.GetText(5), reader.GetText(6)));
        }

        return [.. metrics.GroupBy(static metric => metric.Server, StringComparer.Ordinal)
            .Select(static group => new ServingMetricSet(group.Key, [.. group]))];
    }

    static string[] Split(string text, char separator) => text.Split(separator, StringSplitOptions.RemoveEmptyEntries);
}
