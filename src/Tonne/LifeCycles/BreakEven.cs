namespace Tonne.LifeCycles;

/// <summary>Break-even: days of deployment after which serving a model has used the amount that developing it took.</summary>
/// <param name="Measure"><c>emissions</c> or <c>energy</c>.</param>
/// <param name="Days">Best value, in days.</param>
/// <param name="Low">Lower limit of the 95 % interval, in days. A factor of both sides has one random value in both, so it cancels.</param>
/// <param name="High">Upper limit of the 95 % interval, in days.</param>
/// <param name="ComparedBoundary">Which figures of development and deployment were compared, in words; both have the same boundary.</param>
public sealed record BreakEven(string Measure, double Days, double Low, double High, string ComparedBoundary);
