using System.Collections.Immutable;

namespace Tonne.Grids;

/// <summary>Prices of electricity in equal steps. Times are UTC. A price may be negative; null is a gap.</summary>
/// <param name="Start">Start of the first step.</param>
/// <param name="Step">Length of a step.</param>
/// <param name="PricesPerMegawattHour">One price for each step, in the currency per MWh.</param>
/// <param name="Currency">ISO 4217 code, for example <c>EUR</c>.</param>
/// <param name="Market">The bidding zone, for example <c>DE-LU</c>.</param>
/// <param name="Licence">The terms that the answer itself states; null if it states none.</param>
public sealed record PriceSeries(
    DateTimeOffset Start, TimeSpan Step, ImmutableArray<double?> PricesPerMegawattHour, string Currency, string Market,
        string? Licence = null)
{
    /// <summary>The price that holds at a time; null outside the series and in a gap.</summary>
    public double? Find(DateTimeOffset time) =>
        time < Start || time >= Start + (Step * PricesPerMegawattHour.Length) ? null
            : PricesPerMegawattHour[(int)((time - Start).Ticks / Step.Ticks)];
}
