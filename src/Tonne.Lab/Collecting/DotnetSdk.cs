using System.Runtime.InteropServices;

namespace Tonne.Lab.Collecting;

/// <summary>The .NET SDK of a machine.</summary>
/// <param name="Folder">Folder of the SDK, for example <c>/usr/share/dotnet/sdk/10.0.401</c>.</param>
/// <param name="Version">Version of the SDK.</param>
public sealed record DotnetSdk(string Folder, string Version)
{
    /// <summary>
    /// Finds the newest SDK: in DOTNET_ROOT, then beside the runtime of this program, then beside the <c>dotnet</c> on PATH.
    /// </summary>
    /// <returns>Null if there is none.</returns>
    public static DotnetSdk? Find()
    {
        foreach (var root in FindRoots())
        {
            if (FindNewest(Path.Combine(root, "sdk")) is { } sdk)
                return sdk;
        }
        return null;
    }

    /// <summary>The newest SDK in a folder of SDKs; releases before previews.</summary>
    internal static DotnetSdk? FindNewest(string folder)
    {
        if (!Directory.Exists(folder))
            return null;
        return Directory.EnumerateDirectories(folder)
            .Select(path => new DotnetSdk(path, Path.GetFileName(path)))
            .Where(sdk => File.Exists(Path.Combine(sdk.Folder, "MSBuild.dll")))
            .OrderByDescending(sdk => System.Version.TryParse(sdk.Version.Split('-')[0], out var version) ? version : new(0, 0))
            .ThenBy(sdk => sdk.Version.Contains('-', StringComparison.Ordinal))
            .ThenByDescending(sdk => sdk.Version, StringComparer.Ordinal)
            .FirstOrDefault();
    }

    static IEnumerable<string> FindRoots()
    {
        if (Environment.GetEnvironmentVariable("DOTNET_ROOT") is { Length: > 0 } root)
            yield return root;
        // …/shared/Microsoft.NETCore.App/10.0.12/ is three levels below the root. For a native program this is its own folder.
        yield return Path.GetFullPath(Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "..", "..", ".."));
        foreach (var folder in (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries))
        {
            var dotnet = Path.Combine(folder, OperatingSystem.IsWindows() ? "dotnet.exe" : "dotnet");
            if (File.Exists(dotnet))
                yield return Path.GetDirectoryName(File.ResolveLinkTarget(dotnet, returnFinalTarget: true)?.FullName ?? dotnet) ?? folder;
        }
    }
}
