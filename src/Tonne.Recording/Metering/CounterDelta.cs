namespace Tonne.Recording.Metering;

/// <summary>The meaning of a counter's new value.</summary>
/// <param name="Outcome">First, counted, wrapped or reset.</param>
/// <param name="Amount">Amount since the last value, in the counter's unit; 0 unless counted or wrapped.</param>
public readonly record struct CounterDelta(CounterOutcome Outcome, long Amount);
