namespace Tonne.Runs;

/// <summary>An exact amount and the rate that turns it into energy. energy [J] = amount × rate.</summary>
/// <param name="Rate">Id of a <see cref="Runs.Rate"/> of the same run.</param>
/// <param name="Amount">Counted amount in the rate's unit.</param>
public readonly record struct RatedAmount(string Rate, double Amount);
