using System.Globalization;

namespace Tonne.Trials.Fleets;

/// <summary>What the kernel knows of processes, of <c>/proc/PID/stat</c> (proc(5)).</summary>
static class ProcessTimes
{
    // Of a second: USER_HZ, 100 on every architecture that .NET runs on.
    const double TicksPerSecond = 100;

    // Fields after the name: state is 0, so the parent is 1, and utime, stime, cutime, cstime are 11 to 14.
    const int ParentField = 1;
    const int FirstTimeField = 11;

    /// <summary>Processor time, s; 0 if the process is gone.</summary>
    /// <param name="process">Its id.</param>
    /// <param name="withEnded">Whether that of children which have ended counts too.</param>
    internal static double ReadSeconds(int process, bool withEnded = false) => ReadFields(process) is { } fields
        ? fields[FirstTimeField..(FirstTimeField + (withEnded ? 4 : 2))].Sum(word => double.Parse(word,
            CultureInfo.InvariantCulture)) / TicksPerSecond : 0;

    /// <summary>Processor time of a process, its living children and those that have ended, s.</summary>
    internal static double ReadSecondsOfAll(int process) =>
        ReadSeconds(process, withEnded: true) + FindChildren(process).Sum(child => ReadSeconds(child, withEnded: true));

    /// <summary>The children of a process.</summary>
    internal static IReadOnlyList<int> FindChildren(int process)
    {
        var parent = process.ToString(CultureInfo.InvariantCulture);
        return [.. Directory.GetDirectories("/proc").Select(Path.GetFileName)
            .Where(name => char.IsAsciiDigit(name![0])).Select(name => int.Parse(name!, CultureInfo.InvariantCulture))
            .Where(id => ReadFields(id) is { } fields && fields[ParentField] == parent)];
    }

    /// <summary>The command line; empty if the process is gone.</summary>
    internal static string ReadCommandLine(int process) => TryRead($"/proc/{process}/cmdline")?.Replace('\0', ' ') ?? "";

    static string[]? ReadFields(int process) => TryRead($"/proc/{process}/stat")?.Split(") ")[^1].Split(' ');

    static string? TryRead(string path)
    {
        try
        {
            return File.ReadAllText(path);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
