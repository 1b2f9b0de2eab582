using Tonne.OpenTelemetry.RemoteWrite;

namespace Tonne.OpenTelemetry.Tests.RemoteWrite;

/// <summary>A request as the receiver decoded it.</summary>
sealed record ReceivedRequest(WriteRequest Message, IReadOnlyDictionary<string, string> Headers)
{
    /// <summary>Series as Prometheus writes them, with their only value.</summary>
    public Dictionary<string, double> Values => Message.Series.ToDictionary(Write, each => Assert.Single(each.Samples).Value, StringComparer.Ordinal);

    static string Write(TimeSeries series)
    {
        var name = series.Labels.Single(label => label.Name == "__name__").Value;
        return name + "{" + string.Join(",", series.Labels.Where(label => label.Name != "__name__").Select(label => $"{label.Name}=\"{label.Value}\"")) + "}";
    }
}
