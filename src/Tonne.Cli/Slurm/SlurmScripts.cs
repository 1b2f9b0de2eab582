namespace Tonne.Cli.Slurm;

/// <summary>The two scripts that slurm.conf names, because Slurm starts its prolog and epilog without arguments.</summary>
static class SlurmScripts
{
    /// <summary>Names of the scripts.</summary>
    public static IReadOnlyList<string> Verbs { get; } = ["prolog", "epilog"];

    /// <summary>A script. It ends with 0 within a second even if tonne cannot be loaded, because Slurm drains a node whose prolog fails.</summary>
    /// <param name="verb">prolog or epilog.</param>
    /// <param name="executable">Full path of tonne.</param>
    /// <param name="config">Folder of the configuration.</param>
    /// <param name="state">Folder of the recorders' files.</param>
    public static string Create(string verb, string executable, string config, string state) => $"""
        #!/bin/sh
        # Written by 'tonne slurm install'. It always ends with 0, within a second: Slurm drains a node whose {verb} fails.
        # What goes wrong is in the system's log and in {state}/log.
        # In a session of its own, because slurmd ends what is left of the script's.
        session=$(command -v setsid)
        $session {Quote(executable)} slurm {verb} --config {Quote(config)} --state {Quote(state)} </dev/null >/dev/null 2>&1 &
        child=$!
        turns=0
        while [ $turns -lt 16 ] && kill -0 $child 2>/dev/null; do
            sleep 0.05
            turns=$((turns + 1))
        done
        exit 0

        """;

    static string Quote(string text) => "'" + text.Replace("'", "'\\''", StringComparison.Ordinal) + "'";
}
