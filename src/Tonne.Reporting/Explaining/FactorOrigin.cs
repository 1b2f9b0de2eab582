using System.Globalization;
using Tonne.Accounting;
using Tonne.Quantities;
using Tonne.Runs;

namespace Tonne.Reporting.Explaining;

/// <summary>How the intensity and the PUE of a run are known, in two or three words each.</summary>
/// <param name="Grid">For example <c>given</c>, <c>annual mean 2025</c>, <c>guessed from time zone</c>.</param>
/// <param name="Pue">For example <c>given</c>, <c>assumed</c>.</param>
readonly record struct FactorOrigin(string Grid, string Pue)
{
    const string GivenPue = "pue/given";

    /// <summary>Describes the origins, from the place as recorded and the factors.</summary>
    internal static FactorOrigin Describe(Place place, AccountingFactors factors)
    {
        var mean = factors.Grid.Year is { } year ? string.Create(CultureInfo.InvariantCulture, $"annual mean {year}") : factors.Grid.Spans is null ? "annual mean" : "by the hour";
        var grid = place switch
        {
            { IntensityGramsPerKwh: not null } => "given",
            { Region: not null } => mean,
            { Zone: null } => "place unknown",
            { Guessed: true } => "guessed from time zone",
            _ => mean,
        };
        var pue = factors.Pue switch
        {
            { Id: GivenPue } => "given",
            { Quality: Quality.Assumed } => "assumed",
            { } known => EnumWords.Format(known.Quality),
        };
        return new(grid, pue);
    }
}
