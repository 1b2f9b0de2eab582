namespace Tonne.Instruments.Machines;

/// <summary>One way to make a meter readable.</summary>
/// <param name="Summary">What the command does, and who then has access.</param>
/// <param name="Command">The exact command; null if it is not one.</param>
/// <param name="PersistsAcrossReboots">Whether it still holds after a reboot.</param>
public sealed record Remedy(string Summary, string? Command, bool PersistsAcrossReboots);
