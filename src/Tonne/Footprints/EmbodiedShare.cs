using Tonne.Quantities;

namespace Tonne.Footprints;

/// <summary>The manufacturing of one piece of hardware and the part of it that is this machine.</summary>
/// <param name="Manufacturing">kg CO2e of the whole piece, M.</param>
/// <param name="HostShare">Part of the piece that this machine is: 1, or vCPU ÷ host threads in a VM (a factor, since the host is assumed).</param>
public sealed record EmbodiedShare(Factor Manufacturing, Factor? HostShare);
