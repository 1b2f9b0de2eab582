namespace Tonne.Cli.Commands.Help;

/// <summary>The commands grouped by purpose, in the order of the help.</summary>
static class HelpGroups
{
    /// <summary>Name of each group and its commands.</summary>
    public static IReadOnlyList<(string Name, string[] Verbs)> All { get; } =
    [
        ("Measure", ["run", "attach", "watch", "mark", "bench", "lab", "service", "agent", "import"]),
        ("Explain", ["list", "show", "total", "calls", "status-line", "explain", "compare", "reconcile", "learn"]),
        ("Estimate", ["estimate", "footprint", "catalog"]),
        ("Plan", ["plan", "advise", "grid"]),
        ("Share", ["report", "budget", "serve", "proxy", "mcp"]),
        ("Care", ["doctor", "calibrate", "config", "ledger", "slurm", "completion"]),
    ];
}
