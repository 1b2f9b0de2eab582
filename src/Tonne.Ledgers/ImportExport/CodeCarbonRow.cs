using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Tonne.Quantities;

namespace Tonne.Ledgers.ImportExport;

/// <summary>One row of CodeCarbon's emissions.csv, by column name, with checks for a row whose values are in the wrong columns.</summary>
/// <remarks>
/// Units are those of CodeCarbon's page "Output": duration in s, emissions in kg CO2e, energies in kWh. Energies include the PUE that the
/// user set, since 2.2.3 (mlco2/codecarbon#398). A row of fewer fields than the header is the defect mlco2/codecarbon#1304: empty columns
/// were dropped and the rest moved left.
/// </remarks>
sealed class CodeCarbonRow
{
    // kg CO2e/kWh. Of the grids, none exceeds 2; a small generator of poor efficiency stays below 5.
    const double HighestIntensity = 100;

    // W. A row is of one machine; a rack of 72 accelerators draws about 0.13 MW.
    const double HighestPower = 10e6;

    // s. Durations may be rounded.
    const double ShortestDuration = 1;

    readonly IReadOnlyList<string> _header;
    readonly IReadOnlyList<string> _fields;
    string? _digest;

    CodeCarbonRow(IReadOnlyList<string> header, IReadOnlyList<string> fields) => (_header, _fields) = (header, fields);

    internal DateTimeOffset End { get; private init; }

    /// <summary>Whether the timestamp has a time zone; CodeCarbon writes local time without one.</summary>
    internal bool HasTimeZone { get; private init; }

    internal double Duration { get; private init; }

    internal double Emissions { get; private init; }

    internal double EnergyConsumed { get; private init; }

    internal double? CpuEnergy { get; private init; }

    internal double? GpuEnergy { get; private init; }

    internal double? RamEnergy { get; private init; }

    internal double Pue { get; private init; }

    internal double? Wue { get; private init; }

    internal DateTimeOffset Start => End - TimeSpan.FromSeconds(Duration);

    /// <summary>The field of a column; null if there is no such column or it is empty.</summary>
    internal string? this[string column]
    {
        get
        {
            for (var i = 0; i < _header.Count; i++)
            {
                if (_header[i] == column)
                    return _fields[i].Trim() is { Length: > 0 } text ? text : null;
            }

            return null;
        }
    }

    /// <summary>Columns and fields, empty ones left out.</summary>
    internal IEnumerable<(string Column, string Text)> NonEmptyFields =>
        _header.Zip(_fields).Where(pair => !string.IsNullOrWhiteSpace(pair.Second)).Select(pair => (pair.First.Length == 0 ? "(unnamed)" : pair.First, pair.Second.Trim()));

    /// <summary>Six hexadecimal digits that identify the content of the row, independent of the order of its columns.</summary>
    internal string Digest => _digest ??= ComputeDigest();

    string ComputeDigest()
    {
        var text = string.Join('\n', NonEmptyFields.Select(pair => $"{pair.Column}={pair.Text}").Order(StringComparer.Ordinal));
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)))[..6];
    }

    /// <summary>Reads a row.</summary>
    /// <returns>Null if the row is not valid; then <paramref name="wrong"/> is the reason.</returns>
    internal static CodeCarbonRow? Read(IReadOnlyList<string> header, IReadOnlyList<string> fields, DateOrder? order, out string wrong)
    {
        wrong = "";
        if (fields.Count != header.Count)
        {
            wrong = $"has {fields.Count} fields where the header has {header.Count}: its values are in the wrong columns (CodeCarbon's defect #1304)";
            return null;
        }

        var bare = new CodeCarbonRow(header, fields);
        var (trouble, knowsZone) = (new List<string>(), false);
        var end = ParseTime(bare, order, trouble, ref knowsZone);
        var row = new CodeCarbonRow(header, fields)
        {
            End = end,
            HasTimeZone = knowsZone,
            Duration = ParseNumber(bare, CodeCarbonColumn.Duration, trouble) ?? ReportMissing(CodeCarbonColumn.Duration, trouble),
            Emissions = ParseNumber(bare, CodeCarbonColumn.Emissions, trouble) ?? ReportMissing(CodeCarbonColumn.Emissions, trouble),
            EnergyConsumed = ParseNumber(bare, CodeCarbonColumn.EnergyConsumed, trouble) ?? ReportMissing(CodeCarbonColumn.EnergyConsumed, trouble),
            CpuEnergy = ParseNumber(bare, CodeCarbonColumn.CpuEnergy, trouble),
            GpuEnergy = ParseNumber(bare, CodeCarbonColumn.GpuEnergy, trouble),
            RamEnergy = ParseNumber(bare, CodeCarbonColumn.RamEnergy, trouble),
            Pue = ParseNumber(bare, CodeCarbonColumn.Pue, trouble) ?? 1,
            Wue = ParseNumber(bare, CodeCarbonColumn.Wue, trouble) is > 0 and var wue ? wue : null,
        };
        if (row.Pue < 1)
            trouble.Add($"pue '{bare[CodeCarbonColumn.Pue]}' is below 1");
        if (row.Duration > 10 * 366 * 86_400d)
            trouble.Add($"duration '{bare[CodeCarbonColumn.Duration]}' s is more than ten years");
        if (row is { EnergyConsumed: 0, Emissions: > 0 })
            trouble.Add("there are emissions but no energy");
        if (row.EnergyConsumed > 0 && row.Emissions / row.EnergyConsumed > HighestIntensity)
            trouble.Add($"emissions '{bare[CodeCarbonColumn.Emissions]}' kg for '{bare[CodeCarbonColumn.EnergyConsumed]}' kWh are more than any grid emits");
        foreach (var (column, energy) in new[] { (CodeCarbonColumn.EnergyConsumed, row.EnergyConsumed), (CodeCarbonColumn.CpuEnergy, row.CpuEnergy ?? 0), (CodeCarbonColumn.GpuEnergy, row.GpuEnergy ?? 0), (CodeCarbonColumn.RamEnergy, row.RamEnergy ?? 0) })
        {
            if (energy * Energy.JoulesPerKilowattHour > HighestPower * Math.Max(row.Duration, ShortestDuration))
                trouble.Add($"{column} '{bare[column]}' kWh in '{bare[CodeCarbonColumn.Duration]}' s is a mean power above 10 MW, more than any machine draws");
        }

        CheckOneOf(bare, CodeCarbonColumn.TrackingMode, ["machine", "process"], trouble);
        CheckOneOf(bare, CodeCarbonColumn.OnCloud, ["Y", "N"], trouble);
        if (trouble.Count == 0)
            return row;
        wrong = "is not a row of CodeCarbon: " + string.Join("; ", trouble);
        return null;
    }

    static DateTimeOffset ParseTime(CodeCarbonRow row, DateOrder? order, List<string> trouble, ref bool knowsZone)
    {
        var text = row[CodeCarbonColumn.Timestamp];
        if (NumericDate.Read(text, order, out var time) is not { } why)
        {
            knowsZone = time.Kind != DateTimeKind.Unspecified;
            return new DateTimeOffset(DateTime.SpecifyKind(knowsZone ? time.ToUniversalTime() : time, DateTimeKind.Utc));
        }

        trouble.Add($"timestamp '{text}' {why}");
        return default;
    }

    static double? ParseNumber(CodeCarbonRow row, string column, List<string> trouble)
    {
        if (row[column] is not { } text || text.Equals("nan", StringComparison.OrdinalIgnoreCase))
            return null;
        if (double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) && double.IsFinite(value) && value >= 0)
            return value;
        trouble.Add($"{column} '{text}' is not a number of 0 or more");
        return null;
    }

    static double ReportMissing(string column, List<string> trouble)
    {
        if (!trouble.Any(text => text.StartsWith(column, StringComparison.Ordinal)))
            trouble.Add($"{column} is empty");
        return 0;
    }

    static void CheckOneOf(CodeCarbonRow row, string column, string[] words, List<string> trouble)
    {
        if (row[column] is { } text && !words.Contains(text, StringComparer.OrdinalIgnoreCase))
            trouble.Add($"{column} '{text}' is not one of {string.Join(", ", words)}");
    }
}
