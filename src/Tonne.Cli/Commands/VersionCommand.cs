using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Tonne.Accounting;
using Tonne.Catalogs;

namespace Tonne.Cli.Commands;

/// <summary><c>tonne --version</c>: version, method version, factor-set hash, and which build this is.</summary>
static class VersionCommand
{
    public static string Version { get; } =
        typeof(VersionCommand).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "unknown";

    // What a user should name in a report of a fault: system, kind of build, and the commit where the package knows it.
    static string Build
    {
        get
        {
            var facts = typeof(VersionCommand).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().ToDictionary(fact => fact.Key, fact => fact.Value, StringComparer.Ordinal);
            var kind = facts.GetValueOrDefault("BuildKind") ?? (RuntimeFeature.IsDynamicCodeCompiled ? "managed" : "native");
            var commit = facts.GetValueOrDefault("BuildCommit") is { Length: > 0 } known ? $", commit {known}" : "";
            return $"{RuntimeInformation.RuntimeIdentifier}, {kind}{commit}";
        }
    }

    public static int Print(CommandContext context)
    {
        context.Out.WriteLine($"tonne {Version}");
        context.Out.WriteLine($"method {Accountant.MethodVersion}");
        context.Out.WriteLine($"factors {FactorSet.ShortHash}");
        context.Out.WriteLine($"build {Build}");
        return 0;
    }
}
