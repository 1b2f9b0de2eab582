namespace Tonne.Recording.Metering;

/// <summary>What a counter's new value means.</summary>
/// <param name="Outcome">First, counted, wrapped or reset.</param>
/// <param name="Amount">What was counted since the last value, in the counter's unit; 0 unless counted or wrapped.</param>
public readonly record struct CounterDelta(CounterOutcome Outcome, long Amount);
