using System.Globalization;

namespace Tonne.Instruments.Nvidia;

/// <summary>Which GPU it is.</summary>
/// <param name="Index">The driver's number.</param>
/// <param name="Name">Name as the driver gives it; null if not reported.</param>
/// <param name="Uuid"><c>GPU-</c> and a UUID; null if not reported.</param>
/// <param name="PciBus">PCI address, <c>00000000:1B:00.0</c>; null if not reported.</param>
/// <param name="Architecture">Kepler 2, Maxwell 3, Pascal 4, Volta 5, Turing 6, Ampere 7, Ada 8, Hopper 9, Blackwell 10 (nvml.h); null if
/// not reported.</param>
/// <param name="Instances">MIG instances into which the GPU is partitioned; empty if it is not.</param>
sealed record GpuIdentity(int Index, string? Name, string? Uuid, string? PciBus, uint? Architecture, IReadOnlyList<MigInstance> Instances)
{
    /// <summary>Id of the device in meters and figures.</summary>
    internal string Device => Index.ToString(CultureInfo.InvariantCulture);

    /// <summary>Id of its first meter.</summary>
    internal string MeterId => "nvml:gpu-" + Device;

    /// <summary>As it is called in sentences.</summary>
    internal string DisplayName => Name is null ? "GPU " + Device : $"GPU {Device} ({Name})";

    /// <summary>Whether its power was found to be looked at for a quarter of the time only: GA100 and Hopper.</summary>
    /// <remarks>Source: Yang, Adamek, Armour: Accurate and Convenient Energy Measurements for GPUs, SC24 (arXiv 2312.02741).</remarks>
    internal bool IsPartiallySampled => Architecture == 9 || (Architecture == 7 && Name is { } name && (name.Contains("A100", StringComparison.Ordinal) || name.Contains("A800", StringComparison.Ordinal) || name.Contains("A30", StringComparison.Ordinal)));
}
