using System.Collections.Immutable;
using Tonne.Instruments.MetricPages;

namespace Tonne.Services.Sources;

/// <summary>A metric of serving software.</summary>
/// <param name="Server">The software: <c>vLLM</c>.</param>
/// <param name="Quantity">What it reports.</param>
/// <param name="Name">Its name; of a histogram, without <c>_sum</c> and <c>_count</c>.</param>
/// <param name="Conditions">Labels that a series must have.</param>
/// <param name="ModelLabels">Labels that name the model, the first that is there counts.</param>
/// <param name="Versions">Versions of the software.</param>
/// <param name="Source">Where it was read: repository, commit and file.</param>
public sealed record ServingMetric(
    string Server, ServingQuantity Quantity, string Name, ImmutableArray<MetricLabel> Conditions, ImmutableArray<string> ModelLabels,
    string Versions, string Source)
{
    const string Optional = "?";

    /// <summary>Whether it is a histogram, of which sum and count are read.</summary>
    public bool IsHistogram => Quantity >= ServingQuantity.FirstTokenSeconds;

    /// <summary>Whether it is a gauge, whose value is of now.</summary>
    public bool IsGauge => Quantity is ServingQuantity.Running or ServingQuantity.Waiting;

    /// <summary>
    /// A name without what differs between clients and collectors: colons, a prefix <c>ray_</c>, and <c>_total</c> at the end of counters.
    /// </summary>
    internal static string ToKey(string name)
    {
        var key = name.Replace(':', '_');
        if (key.StartsWith("ray_", StringComparison.Ordinal))
            key = key[4..];
        return key.EndsWith("_total", StringComparison.Ordinal) ? key[..^6] : key;
    }

    /// <summary>Whether a series with this name has the labels too.</summary>
    internal bool Accepts(MetricSample sample)
    {
        foreach (var condition in Conditions)
        {
            var isOptional = condition.Name.EndsWith(Optional, StringComparison.Ordinal);
            var value = sample.FindLabel(isOptional ? condition.Name[..^1] : condition.Name);
            if (value is null ? !isOptional : !string.Equals(value, condition.Value, StringComparison.Ordinal))
                return false;
        }

        return true;
    }

    /// <summary>The model of a series; empty if it names none.</summary>
    internal string GetModel(MetricSample sample)
    {
        foreach (var label in ModelLabels)
        {
            if (sample.FindLabel(label) is { } model)
                return model;
        }

        return "";
    }
}
