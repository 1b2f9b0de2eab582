namespace Tonne.Runs;

/// <summary>What one energy meter counted over a run, as it stands: neither split, nor corrected, nor added to another. For holding against other tools and other meters.</summary>
/// <param name="Meter">Id of the meter.</param>
/// <param name="Joules">Energy in J: a counter's difference with wraps corrected and resets left out, or a power's integral.</param>
/// <param name="Seconds">Time over which it was counted, in s.</param>
public sealed record MeterCount(string Meter, double Joules, double Seconds);
