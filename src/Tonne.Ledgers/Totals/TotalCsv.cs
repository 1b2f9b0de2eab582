using System.Globalization;
using Tonne.Formatting;
using Tonne.Ledgers.ImportExport;
using Tonne.Quantities;

namespace Tonne.Ledgers.Totals;

/// <summary>A total as CSV (RFC 4180): the columns of its groups, then numbers with their units in the names.</summary>
public static class TotalCsv
{
    static readonly string[] _columns =
    [
        "runs", "jobs", "completed", "failed", "interrupted", "duration_s", "energy_kwh", "facility_energy_kwh", "facility_energy_kwh_low", "facility_energy_kwh_high",
        "operational_kg", "embodied_kg", "emissions_kg", "emissions_kg_low", "emissions_kg_high", "idle_energy_kwh", "idle_emissions_kg", "quality", "measured_share", "boundary",
    ];

    /// <summary>The header, with <c>\n</c> at its end.</summary>
    public static string CreateHeader(IReadOnlyList<TotalKey> by) => CarbonCsvRow.Line([.. by.Select(key => key.ToString()), .. _columns]);

    /// <summary>The rows with <c>\n</c> at line ends; one row of all runs if they are not grouped. Cells that a spreadsheet would execute are text.</summary>
    public static string CreateRows(LedgerTotal total)
    {
        ArgumentNullException.ThrowIfNull(total);
        return string.Concat((total.Query.By.Count == 0 ? [total.Sum] : total.Rows).Select(CreateRow));
    }

    static string CreateRow(TotalRow row) => CarbonCsvRow.Line(
    [
        .. row.Group.Select(value => SpreadsheetText.Escape(value ?? "")),
        Format(row.Runs), Format(row.Jobs), Format(row.Completed), Format(row.Failed), Format(row.Interrupted), Format(row.Seconds),
        Format(row.Energy.Best), Format(row.FacilityEnergy.Best), FormatLow(row.FacilityEnergy), FormatHigh(row.FacilityEnergy),
        Format(row.Operational.Best), row.Embodied is { } embodied ? Format(embodied.Best) : "", Format(row.Emissions.Best), FormatLow(row.Emissions), FormatHigh(row.Emissions),
        Format(row.IdleEnergy.Best), Format(row.IdleEmissions.Best), EnumWords.Format(row.Quality), Format(row.MeasuredShare),
        SpreadsheetText.Escape(string.Join("; ", row.Boundaries.Keys)),
    ]);

    static string Format(double value) => value.ToString("R", CultureInfo.InvariantCulture);

    static string FormatLow(Bounds bounds) => Format(SixDigitRounding.RoundLow(bounds));

    static string FormatHigh(Bounds bounds) => Format(SixDigitRounding.RoundHigh(bounds));
}
