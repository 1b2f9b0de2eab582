using System.Collections.Immutable;

namespace Tonne.Instruments.MetricPages;

/// <summary>A value of a page of metrics. Buckets, sums and counts of histograms are samples with names of their own.</summary>
/// <param name="Name">Name, as on the page: <c>vllm:prompt_tokens_total</c>.</param>
/// <param name="Labels">Labels, as on the page.</param>
/// <param name="Value">The value; it may be infinite or not a number.</param>
/// <param name="Time">Time stamp of the value; null if the page has none.</param>
public sealed record MetricSample(string Name, ImmutableArray<MetricLabel> Labels, double Value, DateTimeOffset? Time)
{
    /// <summary>The value of a label; null if there is none of this name.</summary>
    public string? FindLabel(string name)
    {
        foreach (var label in Labels)
        {
            if (string.Equals(label.Name, name, StringComparison.Ordinal))
                return label.Value;
        }

        return null;
    }
}
