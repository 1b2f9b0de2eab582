namespace Tonne.Services.Imports;

/// <summary>A commit: its hash and the time at which it was committed.</summary>
/// <param name="Hash">The hash, hexadecimal.</param>
/// <param name="Time">The time.</param>
public sealed record Commit(string Hash, DateTimeOffset Time);
