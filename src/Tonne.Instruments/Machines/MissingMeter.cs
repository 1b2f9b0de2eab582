namespace Tonne.Instruments.Machines;

/// <summary>A missing meter, with the reason and the remedies.</summary>
/// <param name="Id">Id it would have, for example <c>rapl:package-0</c>; or its kind, <c>rapl</c>.</param>
/// <param name="Path">The file or folder looked at.</param>
/// <param name="Reason">Why it cannot be used, in words.</param>
/// <param name="Advisory">A security advisory behind the reason; null if none.</param>
/// <param name="Remedies">Commands or steps, each enough by itself; empty if nothing can be done here.</param>
public sealed record MissingMeter(string Id, string Path, string Reason, string? Advisory, IReadOnlyList<Remedy> Remedies);
