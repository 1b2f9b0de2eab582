namespace Tonne.Cli.Commands.Help;

/// <summary>Options that share one line of the help, where a command has more of them than a screen has lines.</summary>
static class HelpOptionGroups
{
    static readonly Dictionary<string, OptionLine[]> _groups = new(StringComparer.Ordinal)
    {
        ["plan"] =
        [
            new(["--energy", "--power"], "--energy E, --power P", "At the plug: 12kWh, or 300W"),
            new(["--start-after", "--now"], "--start-after T, --now T", "Earliest start; plan as if it were T"),
            new(["--provider", "--direct", "--basis"], "--provider ID, --direct, --basis B", "Publisher; method, as in tonne grid"),
            new(["--solar", "--wind", "--renewables"], "--solar P, --wind P, --renewables FILE", "On the site (docs/formats/plan.md)"),
            new(["--resume-cost", "--resume-time"], "--resume-cost, --resume-time TIME", "Energy, or time, of a resume"),
            new(["--paused-power", "--min-segment"], "--paused-power P, --min-segment TIME", "While paused; between pauses"),
            new(["--slurm", "--submit"], "--slurm SCRIPT, --submit", "Plan a batch script of Slurm; submit it"),
            new(["--zone", "--region"], "--zone ZONE, --region REGION", "The place: FR, gcp:europe-west9"),
            new(["--replay", "--slack"], "--replay, --slack TIME", "What it would have saved over the ledger"),
            new(["--project", "--since", "--until"], "-p P, --since D, --until D", "With --replay: only these runs"),
        ],
        ["agent run"] =
        [
            new(["--push-every", "--job-period"], "--push-every T, --job-period T", "Between pushes; samples of a job (1min, 5s)"),
            new(["--remote-write", "--otlp"], "--remote-write URL, --otlp URL", "Send metrics to Prometheus, a collector"),
            new(["--metrics-listen", "--metrics-every"], "--metrics-listen A, --metrics-every T", "Serve /metrics; time between (15s)"),
            new(["--dcgm", "--kepler", "--otlp-listen"], "--dcgm U, --kepler U, --otlp-listen A",
                "Exporters, OTLP as meters (docs/agent.md)"),
            new(["--zone", "--region"], "--zone ZONE, --region REGION", "The place: FR, gcp:europe-west9"),
            new(["--intensity", "--pue"], "--intensity G, --pue PUE", "g CO2e/kWh; facility ÷ IT energy"),
        ],
        ["run"] =
        [
            new(["--provider", "--direct", "--basis"], "--provider ID, --direct, --basis B", "Publisher; method, as in tonne grid"),
            new(["--warn-over", "--fail-over"], "--warn-over, --fail-over LIMIT", "Warn, or exit with 1, above it"),
        ],
    };

    /// <summary>The lines of a command by its path below the program; empty if it has none.</summary>
    internal static IReadOnlyList<OptionLine> Find(string path) => _groups.GetValueOrDefault(path) ?? [];
}
