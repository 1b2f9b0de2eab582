using System.Globalization;
using Tonne.Runs;

namespace Tonne.Cli.Running;

/// <summary>Measures the CPU time and memory that tonne itself has used.</summary>
static class TonneOverhead
{
    /// <summary>Measures what the run has cost so far.</summary>
    /// <param name="samplerCpu">CPU time of the sampling thread.</param>
    /// <param name="before">CPU time of this process that was spent on other runs.</param>
    public static Overhead Measure(TimeSpan samplerCpu, TimeSpan before) =>
        new((Environment.CpuUsage.TotalTime - before).TotalSeconds, samplerCpu.TotalSeconds, ReadPeakResidentBytes());

    /// <summary>Reads the largest resident size, VmHWM of /proc/self/status; 0 if it cannot be read.</summary>
    static long ReadPeakResidentBytes()
    {
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
            // Another kernel: 0, which the report shows as unknown.
        }

        return 0;
    }
}
