namespace Tonne.Instruments.Nvidia;

/// <summary>A part of a GPU with its own share of the multiprocessors (multi-instance GPU).</summary>
/// <param name="Handle">The driver's handle.</param>
/// <param name="Uuid">Identifier: <c>MIG-</c> and a UUID, or <c>MIG-GPU-…/gi/ci</c> with older drivers.</param>
/// <param name="GpuInstance">Number of its GPU instance; null if not reported.</param>
/// <param name="ComputeInstance">Number of its compute instance; null if not reported.</param>
/// <param name="Slices">Number of compute slices, at least 1.</param>
sealed record MigInstance(nint Handle, string Uuid, uint? GpuInstance, uint? ComputeInstance, int Slices);
