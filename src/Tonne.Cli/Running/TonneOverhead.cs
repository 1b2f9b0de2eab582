using System.Globalization;
using Tonne.Recording.Metering;
using Tonne.Runs;

namespace Tonne.Cli.Running;

/// <summary>What tonne itself has used.</summary>
static class TonneOverhead
{
    /// <summary>What the run has taken of us so far.</summary>
    /// <param name="sampler">The sampler of the run.</param>
    /// <param name="before">CPU time spent before the run, on others.</param>
    public static Overhead Measure(Sampler sampler, TimeSpan before) =>
        new((Environment.CpuUsage.TotalTime - before).TotalSeconds, sampler.ThreadCpuNanoseconds / 1e9, ReadPeakResidentBytes());

    /// <summary>Largest resident size, from VmHWM of /proc/self/status; 0 if it cannot be had.</summary>
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
            // Another kernel: said as 0, which the report shows as unknown.
        }

        return 0;
    }
}
