using System.Text.Json.Serialization;
using Tonne.Quantities;

namespace Tonne.Hardware;

/// <summary>The machine of a run, as far as its properties could be read.</summary>
/// <param name="Kind">What kind of machine it is.</param>
/// <param name="Cpu">Name of the processor as the machine reports it.</param>
/// <param name="Microarchitecture">Micro-architecture that was recognised; null if unknown.</param>
/// <param name="Threads">Hardware threads visible.</param>
/// <param name="Sockets">Processor packages visible, at least 1.</param>
/// <param name="MemoryBytes">Main memory visible, in bytes.</param>
/// <param name="OperatingSystem">Name and kernel release.</param>
/// <param name="Virtual">Whether a hypervisor was detected.</param>
/// <param name="BootId">Identity of this boot; ranks and runs on one machine share it.</param>
/// <param name="CloudRegion">Cloud region from the instance's metadata, for example <c>gcp:europe-west9</c>; null if none.</param>
/// <param name="Gpus">Names of the accelerators found.</param>
/// <param name="Product">Product name in the firmware, for example <c>PowerEdge R740</c>; null if hidden.</param>
/// <param name="HostThreads">In a virtual machine, the hardware threads of the host it shares, as a factor; null otherwise.</param>
public sealed record Machine(
    HostKind Kind,
    string Cpu,
    string? Microarchitecture,
    int Threads,
    int Sockets,
    long MemoryBytes,
    string OperatingSystem,
    bool Virtual,
    string BootId,
    string? CloudRegion = null,
    IReadOnlyList<string>? Gpus = null,
    string? Product = null,
    Factor? HostThreads = null)
{
    /// <summary>Main memory in gigabytes (10^9 bytes).</summary>
    [JsonIgnore]
    public double MemoryGigabytes => MemoryBytes / 1e9;
}
