using Tonne.Runs;

namespace Tonne.Instruments.Diagnostics;

/// <summary>A meter that was found, with a reading.</summary>
/// <param name="Meter">Description of the meter.</param>
/// <param name="Value">Value in the unit of the meter; null if there was none.</param>
/// <param name="Problem">Reason why there was no value; null if there was one.</param>
public sealed record MeterStatus(MeterDescription Meter, long? Value, string? Problem);
