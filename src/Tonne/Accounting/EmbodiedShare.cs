using Tonne.Quantities;

namespace Tonne.Accounting;

/// <summary>The manufacturing of one piece of hardware and the part of it that is this machine.</summary>
/// <param name="Manufacturing">kg CO2e of the whole piece, M.</param>
/// <param name="Threads">Hardware threads of this machine, or its accelerators where <paramref name="HostThreads"/> counts those; used where it is a virtual one.</param>
/// <param name="HostThreads">Hardware threads of the whole piece, or its accelerators (unit <c>GPUs</c>); null if this machine is all of it.</param>
/// <param name="Device">For an accelerator: its number on the machine; null for the machine itself.</param>
public sealed record EmbodiedShare(Factor Manufacturing, int Threads = 1, Factor? HostThreads = null, string? Device = null);
