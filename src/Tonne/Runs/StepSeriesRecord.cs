using System.Collections.Immutable;

namespace Tonne.Runs;

/// <summary>Steps of a training that prints no epochs, from the first that was printed to the last.</summary>
/// <remarks>The steps before the first printed one are not in it, nor is their energy: they include the program's start.</remarks>
/// <param name="FirstStep">Number of the first step, as printed. The first span begins when this step was printed.</param>
/// <param name="LastStep">Number of the last step, as printed.</param>
/// <param name="StartSeconds">Time of the first step, in s from the start of the run.</param>
/// <param name="FirstMetrics">Metrics of the first step by canonical name.</param>
/// <param name="Spans">At most <see cref="MaxSpans"/> spans in order; none if all steps were read at once, so that their energy is unknown.</param>
public sealed record StepSeriesRecord(
    int FirstStep, int LastStep, double StartSeconds, IReadOnlyDictionary<string, double> FirstMetrics, ImmutableArray<StepSpanRecord> Spans)
{
    /// <summary>Most spans of a series; spans of longer series are joined.</summary>
    public const int MaxSpans = 64;

    /// <summary>Name of the metric with the tokens since the first step, in a mark.</summary>
    public const string TokensName = "tokens";

    /// <summary>Name of the metric with the tokens of one device since the first step, in a mark.</summary>
    public const string DeviceTokensName = "tokens_per_device";

    /// <summary>Steps in the spans.</summary>
    [System.Text.Json.Serialization.JsonIgnore]
    public int Steps => LastStep - FirstStep;

    /// <summary>Duration of the spans in s.</summary>
    [System.Text.Json.Serialization.JsonIgnore]
    public double DurationSeconds => Spans.Sum(span => span.DurationSeconds);

    /// <summary>Tokens in the spans; null if they were not printed.</summary>
    [System.Text.Json.Serialization.JsonIgnore]
    public double? Tokens => Spans.IsEmpty || Spans.Any(span => span.Tokens is null) ? null : Spans.Sum(span => span.Tokens);
}
