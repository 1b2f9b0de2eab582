using System.Globalization;

namespace Tonne.Reporting.Reconciling;

/// <summary>The power that CodeCarbon gives to memory by its size, to say which rule a row shows.</summary>
/// <remarks>
/// Before version 3: 3 W for 8 GB. From version 3, modules are guessed from the size: 5 W each on x86, 1.5 W on ARM; the fifth to eighth have 90 %, the
/// ninth to sixteenth 80 %, all further ones 70 % of it; at least 10 W (x86) or 3 W (ARM). Source: page "Methodology" of CodeCarbon 3, section RAM, and the
/// sizes in codecarbon/external/ram.py at 3.3.0.
/// </remarks>
public static class CodeCarbonMemoryRule
{
    const double WattsPerGigabyte = 3 / 8d;
    const int MostModules = 32;

    static readonly (double UpTo, int Modules)[] _small = [(2, 1), (16, 2), (64, 4), (128, 8)];

    // Sizes of modules, GB, the largest first; a large machine has at least eight.
    static readonly int[] _moduleSizes = [128, 64, 32, 16];

    /// <summary>The power by the rule of a version, W; null if the version is not known.</summary>
    /// <param name="version">As in the column <c>codecarbon_version</c>.</param>
    /// <param name="gigabytes">Memory of the machine, GiB, as in the column <c>ram_total_size</c>.</param>
    /// <param name="isArm">Whether the processor is an ARM one. Default no.</param>
    public static double? EstimateWatts(string? version, double gigabytes, bool isArm = false)
    {
        if (version is null || !int.TryParse(version.Split('.')[0], NumberStyles.None, CultureInfo.InvariantCulture, out var major) || !(gigabytes > 0))
            return null;
        if (major < 3)
            return WattsPerGigabyte * gigabytes;
        var (each, least) = isArm ? (1.5, 3d) : (5, 10);
        var modules = CountModules(gigabytes);
        var full = Math.Min(modules, 4) + (0.9 * Math.Clamp(modules - 4, 0, 4)) + (0.8 * Math.Clamp(modules - 8, 0, 8)) + (0.7 * Math.Max(modules - 16, 0));
        return Math.Max(least, each * full);
    }

    static int CountModules(double gigabytes)
    {
        foreach (var (upTo, modules) in _small)
        {
            if (gigabytes <= upTo)
                return modules;
        }

        foreach (var size in _moduleSizes)
        {
            if (size <= gigabytes / 8)
                return (int)Math.Min(Math.Ceiling(gigabytes / size), MostModules);
        }

        return 8;
    }
}
