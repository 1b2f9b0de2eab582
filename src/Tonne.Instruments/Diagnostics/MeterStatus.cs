using Tonne.Runs;

namespace Tonne.Instruments.Diagnostics;

/// <summary>A meter that is here, and what it said.</summary>
/// <param name="Meter">What it reads.</param>
/// <param name="Value">What it read, in its own unit; null if it did not.</param>
/// <param name="Problem">Why it did not; null if it did.</param>
public sealed record MeterStatus(MeterDescription Meter, long? Value, string? Problem);
