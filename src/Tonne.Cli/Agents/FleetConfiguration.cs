using Tonne.Instruments.Files;
using Tonne.Ledgers;
using Tonne.Ledgers.Pushing;

namespace Tonne.Cli.Agents;

/// <summary>Reads <c>fleet.json</c>. As root only one that root wrote, in folders that nobody else may write to.</summary>
static class FleetConfiguration
{
    /// <summary>Reads the server and the key of this node.</summary>
    /// <param name="home">The ledger.</param>
    /// <param name="problem">Why it is not used; null if it was read, or there is none.</param>
    /// <returns>Null if there is none, or it is not used.</returns>
    public static FleetSettings? Read(LedgerHome home, out string? problem)
    {
        var path = FleetSettings.GetPath(home);
        if (Environment.IsPrivilegedProcess && OperatingSystem.IsLinux() && File.Exists(path))
        {
            _ = TrustedPath.ReadText(path, out var mistrust);
            if (mistrust is not null)
            {
                problem = $"{path} is not used: {mistrust}. It must be root's, as must all folders above it, and nobody else may write "
                    + $"to them.";
                return null;
            }
        }

        return FleetSettings.Read(home, out problem);
    }
}
