using System.Reflection;
using Tonne.Accounting;
using Tonne.Catalogs;

namespace Tonne.Cli.Commands;

/// <summary><c>tonne --version</c>: version, method version, factor-set hash.</summary>
static class VersionCommand
{
    public static string Version { get; } =
        typeof(VersionCommand).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "unknown";

    public static int Print(CommandContext context)
    {
        context.Out.WriteLine($"tonne {Version}");
        context.Out.WriteLine($"method {Accountant.MethodVersion}");
        context.Out.WriteLine($"factors {FactorSet.ShortHash}");
        return 0;
    }
}
