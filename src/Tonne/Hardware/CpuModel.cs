using Tonne.Quantities;

namespace Tonne.Hardware;

/// <summary>A processor model, as its maker describes it.</summary>
/// <param name="Name">Name as the processor reports it, without the parts that vary.</param>
/// <param name="Microarchitecture">Such as <c>Cascade Lake</c>.</param>
/// <param name="Segment">server, entry, edge, edge/server, desktop or mobile.</param>
/// <param name="Cores">Cores per socket; null if not published.</param>
/// <param name="Threads">Hardware threads per socket; null if not published.</param>
/// <param name="OneThreadPerCore">Whether a core has one hardware thread, or its cloud offers it so.</param>
/// <param name="Tdp">Thermal design power per socket, W: a limit of the datasheet, never a measurement; null if not known.</param>
/// <param name="Year">Year of introduction; null if unknown.</param>
/// <param name="Source">Id of the source.</param>
public sealed record CpuModel(string Name, string Microarchitecture, string Segment, int? Cores, int? Threads, bool OneThreadPerCore, Factor? Tdp, int? Year, string Source);
