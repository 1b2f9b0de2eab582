using Tonne.Cli.Slurm;

namespace Tonne.Cli.Tests.Slurm;

public class SlurmScriptsTests
{
    [Fact]
    public void A_script_has_the_paths_quoted_and_ends_with_success()
    {
        var script = SlurmScripts.Create("prolog", "/opt/it's/tonne", "/etc/tonne", "/run/tonne-slurm");

        Assert.StartsWith("#!/bin/sh\n", script, StringComparison.Ordinal);
        Assert.Contains(@"'/opt/it'\''s/tonne' slurm prolog --config '/etc/tonne' --state '/run/tonne-slurm' </dev/null >/dev/null 2>&1 &", script, StringComparison.Ordinal);
        Assert.EndsWith("\nexit 0\n", script, StringComparison.Ordinal);
    }
}
