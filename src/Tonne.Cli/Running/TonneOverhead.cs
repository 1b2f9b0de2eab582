using System.Globalization;
using Tonne.Runs;

namespace Tonne.Cli.Running;

/// <summary>Measures the CPU time and memory that tonne itself has used.</summary>
static class TonneOverhead
{
    /// <summary>Measures the overhead of tonne in this run so far.</summary>
    /// <param name="samplerCpu">CPU time of the sampling thread.</param>
    /// <param name="cpuBefore">CPU time that this process used for other runs before.</param>
    public static Overhead Measure(TimeSpan samplerCpu, TimeSpan cpuBefore) =>
        new((Environment.CpuUsage.TotalTime - cpuBefore).TotalSeconds, samplerCpu.TotalSeconds, ReadPeakResidentBytes());

    /// <summary>Reads the largest resident size, VmHWM of /proc/self/status; 0 if it cannot be read.</summary>
    static long ReadPeakResidentBytes()
    {
        if (!OperatingSystem.IsLinux())
        {
            using var self = System.Diagnostics.Process.GetCurrentProcess();
            return self.PeakWorkingSet64;
        }

        try
        {
            foreach (var line in File.ReadLines("/proc/self/status"))
            {
                if (line.StartsWith("VmHWM:", StringComparison.Ordinal))
                    return long.Parse(line.AsSpan(6).Trim().ToString().Split(' ')[0], CultureInfo.InvariantCulture) * 1024;
            }
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or FormatException)
        {
            // This kernel has no such file. The report shows 0 as unknown.
        }

        return 0;
    }
}
