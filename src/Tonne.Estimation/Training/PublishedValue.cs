namespace Tonne.Estimation.Training;

/// <summary>A published number with what is known to contradict it, so that the number cannot be passed on without that.</summary>
/// <param name="Value">The number as published, misprints included.</param>
/// <param name="Contradiction">What contradicts it, in a few words: <c>misprint: implies 2.6 g/kWh</c>; null if nothing is known
/// to.</param>
public readonly record struct PublishedValue(double Value, string? Contradiction = null);
