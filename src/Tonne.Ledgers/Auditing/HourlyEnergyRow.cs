using System.Globalization;
using Tonne.Ledgers.ImportExport;

namespace Tonne.Ledgers.Auditing;

/// <summary>Facility energy of an hour that one account used in one zone, with the intensity and the sources it is accounted with.</summary>
/// <param name="Hour">Start of the hour, UTC.</param>
/// <param name="Account">Account of the scheduler; empty for none, as for what a node used outside of its jobs.</param>
/// <param name="Zone">Zone of the grid; empty if it is unknown.</param>
/// <param name="Intensity">Intensity in g CO2e/kWh, weighted by the energy of the quarter hours.</param>
/// <param name="Basis"><c>lifecycle</c> or <c>direct</c>.</param>
/// <param name="Scope"><c>production</c> or <c>consumption</c>.</param>
/// <param name="Method">Id of the method of accounting.</param>
/// <param name="Quality">Quality of the energy: <c>measured</c>, <c>modelled</c> or <c>assumed</c>.</param>
/// <param name="Source">Id of the source of the intensity.</param>
/// <param name="KilowattHours">Facility energy in kWh.</param>
/// <param name="Runs">Ids of the runs that used it, in the order in which they were added.</param>
public sealed record HourlyEnergyRow(
    DateTimeOffset Hour, string Account, string Zone, double Intensity, string Basis, string Scope, string Method, string Quality,
    string Source, double KilowattHours, IReadOnlyList<string> Runs)
{
    /// <summary>Emissions in kg CO2e: the energy times the intensity.</summary>
    public double Kilograms => Math.Min(double.MaxValue, KilowattHours * Intensity / 1000);

    /// <summary>The fields as a line of CSV, without the hash and the end of the line.</summary>
    /// <param name="now">When it is written.</param>
    /// <param name="runs">The field for the runs.</param>
    internal string Format(DateTimeOffset now, string runs) => CarbonCsvRow.Line(
    [
        Hour.ToString("yyyy-MM-dd'T'HH':00Z'", CultureInfo.InvariantCulture), OnOneLine(Account), OnOneLine(Zone),
        KilowattHours.ToString("R", CultureInfo.InvariantCulture), Intensity.ToString("R", CultureInfo.InvariantCulture),
        Kilograms.ToString("R", CultureInfo.InvariantCulture), Basis, Scope, Method, Quality, Source,
        now.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture), runs,
    ]).TrimEnd('\n');

    static string OnOneLine(string text) => SpreadsheetText.Escape(text.ReplaceLineEndings(" "));
}
