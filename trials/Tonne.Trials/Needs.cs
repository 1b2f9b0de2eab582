using System.Diagnostics;

namespace Tonne.Trials;

/// <summary>The requirements of a trial on the machine; if one is missing the trial is skipped with the reason.</summary>
static class Needs
{
    internal const string PythonPath = "/usr/bin/python3";

    /// <summary>Debian's Python.</summary>
    internal static string Python()
    {
        Assert.SkipUnless(File.Exists(PythonPath), $"{PythonPath} is missing (apt-get install python3)");
        return PythonPath;
    }

    /// <summary>A Python module.</summary>
    internal static async Task ModuleAsync(string name, string package)
    {
        using var process = Process.Start(new ProcessStartInfo(Python(), ["-c", $"import importlib.util, sys; sys.exit(importlib.util.find_spec('{name}') is None)"]) { UseShellExecute = false })!;
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.SkipUnless(process.ExitCode == 0, $"Python's {name} is missing (apt-get install {package})");
    }

    internal static void Root(string why) => Assert.SkipUnless(Environment.UserName == "root", $"needs root: {why}");

    /// <summary>A program on the path.</summary>
    internal static string Program(string path, string package)
    {
        Assert.SkipUnless(File.Exists(path), $"{path} is missing (apt-get install {package})");
        return path;
    }

    /// <summary>A control group for each job: without it some children cannot be seen.</summary>
    internal static void ControlGroups() => Assert.SkipUnless(
        Environment.UserName == "root" && (Directory.Exists("/sys/fs/cgroup/cpuacct") || File.Exists("/sys/fs/cgroup/cgroup.procs") || Directory.Exists("/sys/fs/cgroup/unified")),
        "needs root and a control group hierarchy");
}
