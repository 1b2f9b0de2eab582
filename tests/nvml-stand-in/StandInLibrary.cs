using System.Diagnostics;

namespace Tonne.NvmlStandIn;

/// <summary>The stand-in of NVML, compiled from its C source when a test or trial first needs it. Each copy of the file that is loaded is a machine of its own.</summary>
static class StandInLibrary
{
    static readonly Lock Gate = new();
    static readonly Dictionary<string, string> Built = new(StringComparer.Ordinal);

    /// <summary>Whether there is a C compiler; else the reason to skip.</summary>
    internal const string NoCompiler = "there is no C compiler to build the stand-in of NVML (apt-get install gcc libc6-dev)";

    static string? Folder;
    static string? Object;

    static readonly string? Compiler = Array.Find(["/usr/bin/gcc", "/usr/bin/cc", "/usr/bin/clang"], File.Exists);

    internal static bool CanBuild => Compiler is not null && File.Exists("/usr/include/stdio.h");

    /// <summary>Builds it, without some of its functions.</summary>
    /// <param name="folder">Where a copy goes.</param>
    /// <param name="without">Functions that this version of the library lacks.</param>
    /// <returns>Path of a copy that nobody else loads.</returns>
    internal static string CopyInto(string folder, params string[] without)
    {
        var key = string.Join(',', without);
        string built;
        lock (Gate)
        {
            if (!Built.TryGetValue(key, out built!))
                Built[key] = built = Build(without);
        }

        var copy = Path.Combine(folder, $"libnvidia-ml-{Guid.NewGuid():N}.so.1");
        File.Copy(built, copy);
        return copy;
    }

    static string Build(string[] without)
    {
        if (Object is null)
        {
            Folder = Directory.CreateTempSubdirectory("tonne-nvml-").FullName;
            AppDomain.CurrentDomain.ProcessExit += (_, _) => Directory.Delete(Folder, recursive: true);
            Object = Path.Combine(Folder, "nvml.o");
            Compile("-O1", "-Wall", "-Wextra", "-Werror", "-fPIC", "-fvisibility=hidden", "-c", Path.Combine(Source(), "nvml_stand_in.c"), "-o", Object);
        }

        var library = Path.Combine(Folder!, $"{Built.Count}.so");
        var exports = library + ".exports";
        File.WriteAllText(exports, $"{{ global: nvml*; local: {string.Concat(without.Select(name => name + "; "))}*; }};\n");
        Compile("-shared", "-Wl,--version-script=" + exports, "-o", library, Object, "-lm");
        return library;
    }

    static void Compile(params string[] words)
    {
        using var compiler = Process.Start(new ProcessStartInfo(Compiler!, words) { UseShellExecute = false, RedirectStandardError = true })!;
        var said = compiler.StandardError.ReadToEnd();
        compiler.WaitForExit();
        if (compiler.ExitCode != 0)
            throw new InvalidOperationException(said);
    }

    static string Source()
    {
        for (var at = new DirectoryInfo(AppContext.BaseDirectory); at is not null; at = at.Parent)
        {
            if (File.Exists(Path.Combine(at.FullName, "Tonne.slnx")))
                return Path.Combine(at.FullName, "tests", "nvml-stand-in");
        }

        throw new InvalidOperationException($"{AppContext.BaseDirectory} is not below a clone of tonne.");
    }
}
