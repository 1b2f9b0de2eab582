namespace Tonne.Hardware;

/// <summary>Identification of a processor as the machine reports it (<c>/proc/cpuinfo</c>, CPUID, MIDR). Null means unknown.</summary>
public sealed record CpuIdentity
{
    /// <summary>Model name, as in <c>model name</c>; on Arm usually absent.</summary>
    public string? Name { get; init; }

    /// <summary>x86 vendor id: <c>GenuineIntel</c>, <c>AuthenticAMD</c>.</summary>
    public string? VendorId { get; init; }

    /// <summary>x86 family (with the extended one added).</summary>
    public int? Family { get; init; }

    /// <summary>x86 model (with the extended one added).</summary>
    public int? Model { get; init; }

    /// <summary>x86 stepping.</summary>
    public int? Stepping { get; init; }

    /// <summary>Arm implementer, such as 0x41.</summary>
    public int? Implementer { get; init; }

    /// <summary>Arm part, such as 0xD0C.</summary>
    public int? Part { get; init; }

    /// <summary>Whether a hypervisor is present (the <c>hypervisor</c> flag).</summary>
    public bool Hypervisor { get; init; }

    /// <summary>Hardware threads visible.</summary>
    public int? Threads { get; init; }

    /// <summary>Threads per core as the machine shows them; a hypervisor may hide them as 1.</summary>
    public int? ThreadsPerCore { get; init; }

    /// <summary>
    /// Whether the machine is a laptop (it has a battery, or its firmware says so); decides between client models of one name.
    /// </summary>
    public bool Laptop { get; init; }
}
