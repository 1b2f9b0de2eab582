namespace Tonne.LifeCycles;

/// <summary>Break-even: days of deployment after which serving a model has used the amount that developing it took.</summary>
/// <param name="Measure"><c>emissions</c> or <c>energy</c>.</param>
/// <param name="Days">Best.</param>
/// <param name="Low">2.5 % limit; factors that both sides share cancel.</param>
/// <param name="High">97.5 % limit.</param>
/// <param name="ComparedBoundary">Which figures were compared: the same boundary on both sides.</param>
public sealed record BreakEven(string Measure, double Days, double Low, double High, string ComparedBoundary);
