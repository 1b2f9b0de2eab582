namespace Tonne.Cli.Commands.Help;

/// <summary>The commands grouped by purpose, in the order of the help.</summary>
static class HelpGroups
{
    /// <summary>Name of each group and its commands, a line each; commands that share a line have commas between.</summary>
    public static IReadOnlyList<(string Name, string[] Verbs)> All { get; } =
    [
        ("Measure", ["run", "attach", "watch", "mark", "bench", "lab", "service", "import"]),
        ("Explain", ["list, show", "total", "calls", "status-line", "explain", "compare", "reconcile", "learn"]),
        ("Estimate", ["estimate", "footprint", "catalog"]),
        ("Plan", ["plan", "advise", "grid"]),
        ("Share", ["report", "budget", "serve, mcp", "proxy"]),
        ("Fleet", ["agent", "fleet"]),
        ("Care", ["doctor", "calibrate", "config", "ledger", "slurm", "completion"]),
    ];

    /// <summary>What the commands of a shared line do.</summary>
    public static IReadOnlyDictionary<string, string> SharedSummaries { get; } = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["list, show"] = "List the recorded runs; show one with all its figures",
        ["serve, mcp"] = "Serve the ledger over HTTP, or its tools to language models",
    };
}
