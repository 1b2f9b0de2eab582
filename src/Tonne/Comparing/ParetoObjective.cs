namespace Tonne.Comparing;

/// <summary>One objective by which choices are compared.</summary>
/// <typeparam name="T">What is chosen.</typeparam>
/// <param name="Name">Name with unit: <c>accuracy</c>, <c>energy per 1,000 predictions (J)</c>.</param>
/// <param name="Value">Value of the objective, a finite number.</param>
/// <param name="MoreIsBetter">Whether more is better (accuracy) or less (energy, size, latency).</param>
public sealed record ParetoObjective<T>(string Name, Func<T, double> Value, bool MoreIsBetter);
