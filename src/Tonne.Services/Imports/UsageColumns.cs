using System.Collections.Immutable;

namespace Tonne.Services.Imports;

/// <summary>Which columns of an export of a provider hold what. Several columns of one kind add up.</summary>
public sealed record UsageColumns
{
    const char Separator = ',';
    const char Plus = '+';

    /// <summary>Name of the model.</summary>
    public required string Model { get; init; }

    /// <summary>Start of the time that a row is about.</summary>
    public required string Time { get; init; }

    /// <summary>Tokens of the prompts, those read from a cache included. Empty where <see cref="Uncached"/> is given.</summary>
    public ImmutableArray<string> Input { get; init; } = [];

    /// <summary>Tokens of the prompts without those read from a cache, those written to one included.</summary>
    public ImmutableArray<string> Uncached { get; init; } = [];

    /// <summary>Tokens read from a cache. Default: none.</summary>
    public ImmutableArray<string> Cached { get; init; } = [];

    /// <summary>Tokens of the answers, those of reasoning included.</summary>
    public required ImmutableArray<string> Output { get; init; }

    /// <summary>Number of requests; null if the export has none.</summary>
    public string? Requests { get; init; }

    /// <summary>Name of the project; null if the export has none.</summary>
    public string? Project { get; init; }

    /// <summary>The provider; empty if unknown.</summary>
    public string Provider { get; init; } = "";

    /// <summary>The export of the usage page of Anthropic's console.</summary>
    public static UsageColumns Anthropic { get; } = new()
    {
        Model = "model_version",
        Time = "usage_date_utc",
        Uncached = ["usage_input_tokens_no_cache", "usage_input_tokens_cache_write_5m", "usage_input_tokens_cache_write_1h"],
        Cached = ["usage_input_tokens_cache_read"],
        Output = ["usage_output_tokens"],
        Provider = "anthropic",
    };

    /// <summary>The export of the usage page of OpenAI's platform, completions.</summary>
    public static UsageColumns OpenAI { get; } = new()
    {
        Model = "model",
        Time = "start_time",
        Input = ["input_tokens"],
        Cached = ["input_cached_tokens"],
        Output = ["output_tokens"],
        Requests = "num_model_requests",
        Provider = "openai",
    };

    /// <summary>All columns that are needed.</summary>
    public IEnumerable<string> All =>
        ((string?[])[Model, Time, .. Input, .. Uncached, .. Cached, .. Output, Requests, Project]).OfType<string>();

    /// <summary>Reads <c>model=NAME,time=NAME,input=NAME,output=NAME</c>, and <c>uncached</c>, <c>cached</c>, <c>requests</c>,
    /// <c>project</c>; NAME+NAME adds columns up.</summary>
    /// <param name="text">The text.</param>
    /// <exception cref="FormatException">It is not of this form; the message says what is missing.</exception>
    public static UsageColumns Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var given = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var part in text.Split(Separator, StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            if (part.Split('=', 2, StringSplitOptions.TrimEntries) is not [var kind, { Length: > 0 } name]
                || kind is not ("model" or "time" or "input" or "uncached" or "cached" or "output" or "requests" or "project")
                || !given.TryAdd(kind, name))
            {
                throw new FormatException(
                    $"'{part}' is not KIND=COLUMN of model, time, input, uncached, cached, output, requests, project, each once.");
            }
        }

        var kinds = given.Keys.ToHashSet(StringComparer.Ordinal);
        if (!kinds.IsSupersetOf(["model", "time", "output"]) || kinds.Contains("input") == kinds.Contains("uncached"))
        {
            throw new FormatException("the columns need model, time, output, and input (with cached tokens) or uncached (without): "
                + "model=Model,time=Day,input=In,output=Out.");
        }

        return new UsageColumns
        {
            Model = given["model"],
            Time = given["time"],
            Input = Get("input"),
            Uncached = Get("uncached"),
            Cached = Get("cached"),
            Output = Get("output"),
            Requests = given.GetValueOrDefault("requests"),
            Project = given.GetValueOrDefault("project"),
        };

        ImmutableArray<string> Get(string kind) =>
            given.TryGetValue(kind, out var names)
                ? [.. names.Split(Plus, StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)] : [];
    }
}
