using System.Reflection;
using Tonne.Accounting;
using Tonne.Catalogs;

namespace Tonne.Cli.Commands;

/// <summary><c>tonne --version</c>: version, method version, factor-set hash.</summary>
static class VersionCommand
{
    public static string Version { get; } =
        typeof(VersionCommand).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "unknown";

    public static int Print(Surroundings around)
    {
        around.Out.WriteLine($"tonne {Version}");
        around.Out.WriteLine($"method {Accountant.Method}");
        around.Out.WriteLine($"factors {FactorSet.ShortHash}");
        return 0;
    }
}
