using Tonne.Catalogs;

namespace Tonne.Cli.Commands.Help;

/// <summary>Suggests what to type instead of an unknown command: by meaning, otherwise by spelling.</summary>
static class VerbSuggestions
{
    /// <summary>Words that users type, and the commands that do what they mean.</summary>
    static readonly (string[] Words, string[] Suggestions)[] _meanings =
    [
        (["export", "dump", "download"], ["tonne ledger export codecarbon", "tonne report last --json"]),
        (["load"], ["tonne import codecarbon FILE"]),
        (["agent", "claude", "claude-code", "codex", "transcripts"], ["tonne import claude-code", "tonne import codex"]),
        (["html", "page", "browser"], ["tonne report last --html --open"]),
        (["save", "print", "md", "markdown", "csv", "json", "pdf", "card", "model-card", "publish", "share"], ["tonne report last --md"]),
        (["summary", "summarize", "summarise", "view", "display", "info", "details", "get", "result", "results", "last", "inspect"], ["tonne show last"]),
        (["measure", "record", "track", "start", "exec", "execute", "train", "monitor", "profile", "wrap", "time", "watch"], ["tonne run -- COMMAND"]),
        (["log", "logs", "ls", "ps", "status", "history", "runs", "stats", "statistics", "total", "totals", "jobs"], ["tonne list"]),
        (["emissions", "carbon", "co2", "co2e", "energy", "electricity", "why", "derive", "derivation"], ["tonne show last", "tonne explain last"]),
        (["delete", "remove", "rm", "drop", "clean", "clear", "purge", "prune"], ["tonne ledger thin"]),
        (["diff", "versus", "vs", "difference"], ["tonne compare RUN RUN"]),
        (["benchmark", "hyperfine", "ab"], ["tonne bench -- COMMAND ::: COMMAND"]),
        (["zones", "zone", "grid", "intensity"], ["tonne catalog zones"]),
        (["regions", "region", "clouds"], ["tonne catalog regions"]),
        (["hardware", "gpus", "gpu", "cpus", "cpu"], ["tonne catalog hardware"]),
        (["models"], ["tonne catalog models"]),
        (["tokens", "requests", "prompts", "llm", "chat"], ["tonne calls"]),
        (["equivalents", "claims", "facilities"], ["tonne catalog equivalents", "tonne catalog claims", "tonne catalog facilities"]),
        (["verify", "reindex", "recount", "thin", "merge"],
            ["tonne ledger verify", "tonne ledger reindex", "tonne ledger recount", "tonne ledger thin", "tonne ledger merge"]),
        (["predict", "forecast", "training"], ["tonne estimate training"]),
        (["inference", "serving"], ["tonne estimate inference"]),
        (["server", "dashboard", "web", "http", "api", "prometheus", "metrics", "listen"], ["tonne serve"]),
        (["nodes", "node", "machines", "enrol", "enroll"], ["tonne fleet status", "tonne fleet enroll"]),
        (["lifecycle", "life-cycle", "lca"], ["tonne footprint FILE.yaml"]),
        (["check", "diagnose", "diagnostics", "meters", "sensors", "devices"], ["tonne doctor"]),
        (["init", "settings", "setup", "configure", "set"], ["tonne config"]),
        (["quiz", "teach", "lesson"], ["tonne learn last"]),
        (["epoch", "stage", "note", "annotate", "tag"], ["tonne mark stage NAME", "tonne mark epoch N"]),
        (["stop"], ["tonne lab stop last"]),
    ];

    /// <summary>All suggestions.</summary>
    internal static IEnumerable<string> All => _meanings.SelectMany(meaning => meaning.Suggestions);

    /// <summary>Returns up to two commands to type instead.</summary>
    /// <param name="word">The word that the user typed.</param>
    /// <param name="path">The command above it, as typed: <c>tonne</c>, <c>tonne ledger</c>.</param>
    /// <param name="known">Names of the commands there.</param>
    internal static IReadOnlyList<string> Find(string word, string path, IReadOnlyList<string> known)
    {
        var key = word.ToLowerInvariant();
        var nearest = NameMatching.FindNearest(word, known.Select(name => (NameMatching.ToKey(name), name)), 2).Select(name => $"{path} {name}").ToList();
        if (path != "tonne")
            return nearest;
        var (_, suggestions) = _meanings.FirstOrDefault(meaning => meaning.Words.Contains(key, StringComparer.Ordinal));
        return suggestions is null ? nearest : [.. OrderByName(suggestions, key).Take(2)];
    }

    /// <summary>A suggestion that contains the word itself comes first.</summary>
    static IEnumerable<string> OrderByName(string[] suggestions, string key) =>
        suggestions.OrderBy(suggestion => suggestion.Split(' ').Contains(key, StringComparer.Ordinal) ? 0 : 1);
}
