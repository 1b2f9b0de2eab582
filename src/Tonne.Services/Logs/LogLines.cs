using System.Collections.Immutable;

namespace Tonne.Services.Logs;

/// <summary>Lines that were appended to a log file.</summary>
/// <param name="Lines">The lines, without their ends.</param>
/// <param name="IsReplaced">Whether the file was rotated or emptied since the last time.</param>
/// <param name="HasMore">Whether there is more to read at once.</param>
/// <param name="Reason">Why there may be lines missing, or why the file cannot be read; null if neither.</param>
public sealed record LogLines(ImmutableArray<string> Lines, bool IsReplaced, bool HasMore, string? Reason);
