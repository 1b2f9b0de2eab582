namespace Tonne.Runs;

/// <summary>The energy that one meter counted over a run, unsplit and uncorrected, for comparison with other tools and meters.</summary>
/// <param name="Meter">Id of the meter.</param>
/// <param name="Joules">Energy in J: a counter's difference with wraps corrected and resets left out, or a power's integral.</param>
/// <param name="Seconds">Time over which it was counted, in s.</param>
public sealed record MeterCount(string Meter, double Joules, double Seconds);
