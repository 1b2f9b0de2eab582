using Tonne.Quantities;

namespace Tonne.Accounting;

/// <summary>Emissions of manufacturing a host or an accelerator, and the part of it that belongs to this machine.</summary>
/// <param name="Manufacturing">Emissions of manufacturing the whole host or accelerator, M, kg CO2e.</param>
/// <param name="Threads">Hardware threads of this machine, or its accelerators if <paramref name="HostThreads"/> counts accelerators. Used
/// for a virtual machine only.</param>
/// <param name="HostThreads">Hardware threads of the whole host, or its accelerators (unit <c>GPUs</c>); null if this machine is the whole
/// host.</param>
/// <param name="Device">For an accelerator: its number on the machine; null for the machine itself.</param>
public sealed record EmbodiedShare(Factor Manufacturing, int Threads = 1, Factor? HostThreads = null, string? Device = null);
