using System.Collections.Immutable;

namespace Tonne.Services.Sources;

/// <summary>What a server did for one model between two readings of its metrics. What is unknown is null, with a reason in
/// <see cref="Missing"/>.</summary>
public sealed record TokenDelta
{
    /// <summary>The software: <c>vLLM</c>.</summary>
    public required string Server { get; init; }

    /// <summary>The model; empty if the metrics do not name it.</summary>
    public required string Model { get; init; }

    /// <summary>Time of the earlier reading.</summary>
    public required DateTimeOffset From { get; init; }

    /// <summary>Time of the later reading.</summary>
    public required DateTimeOffset To { get; init; }

    /// <summary>Tokens of prompts, cached ones included.</summary>
    public long? PromptTokens { get; init; }

    /// <summary>Of these, tokens that were in a cache.</summary>
    public long? CachedTokens { get; init; }

    /// <summary>Generated tokens.</summary>
    public long? OutputTokens { get; init; }

    /// <summary>Requests that ended.</summary>
    public long? Requests { get; init; }

    /// <summary>Requests that were computed, mean of the two readings.</summary>
    public double? MeanRunning { get; init; }

    /// <summary>Requests that waited, mean of the two readings.</summary>
    public double? MeanWaiting { get; init; }

    /// <summary>Mean time to the first token, s.</summary>
    public double? MeanFirstTokenSeconds { get; init; }

    /// <summary>Mean time of a request, s.</summary>
    public double? MeanRequestSeconds { get; init; }

    /// <summary>Mean time that a request waited, s.</summary>
    public double? MeanQueueSeconds { get; init; }

    /// <summary>Whether counters began anew: what was counted between the earlier reading and the restart is unknown.</summary>
    public bool IsRestarted { get; init; }

    /// <summary>What is unknown, and why.</summary>
    public ImmutableArray<MissingQuantity> Missing { get; init; } = [];

    /// <summary>Energy percentiles per request are always null for metrics; this is the reason.</summary>
    public static string PercentilesReason =>
        "The metrics of a server are sums over all requests: they give means, and no values of single requests.";
}
