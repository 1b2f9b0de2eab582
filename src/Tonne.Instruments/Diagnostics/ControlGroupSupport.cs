using Tonne.Instruments.Machines;

namespace Tonne.Instruments.Diagnostics;

/// <summary>Reports whether the kernel can count a job exactly in a control group of its own.</summary>
/// <param name="IsSupported">Whether one could be made and removed again.</param>
/// <param name="Version">1 or 2; null if none.</param>
/// <param name="Folder">Folder in which it was made; null if none.</param>
/// <param name="RefusalReasons">Why not, for each place tried.</param>
/// <param name="Remedies">What would make one possible.</param>
public sealed record ControlGroupSupport(bool IsSupported, int? Version, string? Folder, IReadOnlyList<string> RefusalReasons, IReadOnlyList<Remedy> Remedies);
