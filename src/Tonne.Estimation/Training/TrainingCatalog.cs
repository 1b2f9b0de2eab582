using System.Globalization;
using Tonne.Catalogs;
using Tonne.Hardware;
using Tonne.Quantities;

namespace Tonne.Estimation.Training;

/// <summary>The catalog of published trainings, from which the estimator is fitted.</summary>
public static class TrainingCatalog
{
    internal const string Table = "published_trainings.csv";

    const string Header = "name,organisation,year,parameters,active_parameters,tokens,flops,hardware,chips,chip_hours,power_w,power_kind,"
        + "pue,intensity_g_per_kwh,energy_kwh,emissions_kg,"
        + "hours_basis,energy_basis,boundary,calibrates,hours_spread,distilled,series,verified,source,contradicted,contradiction,note";

    static readonly Lazy<PublishedTraining[]> Rows = new(Read);

    /// <summary>All published trainings, in the order of the table.</summary>
    public static IReadOnlyList<PublishedTraining> All => Rows.Value;

    /// <summary>Rows for <c>tonne catalog models</c>: one row for each published quantity of each training.</summary>
    public static IReadOnlyList<CatalogEntry> Search(string? search = null) =>
        [.. All.SelectMany(CreateEntries).Where(entry => entry.Matches(search))];

    /// <summary>Finds a published training whose hours are used for the fit, by its name or a part that no other one has.</summary>
    public static LookupResult<PublishedTraining> Find(string name)
    {
        var key = NameMatching.ToKey(name);
        var fitted = All.Where(row => row.CalibratesHours).ToList();
        var exact = fitted.Where(row => NameMatching.ToKey(row.Name) == key).ToList();
        var found = exact.Count > 0 || key.Length == 0
            ? exact
            : fitted.Where(row => NameMatching.ToKey(row.Name).Contains(key, StringComparison.Ordinal)).ToList();
        if (found is [var only])
            return only;
        var nearest = found.Count > 0
            ? [.. found.Select(row => row.Name)]
            : NameMatching.FindNearest(name, fitted.Select(row => (NameMatching.ToKey(row.Name), row.Name)));
        return new UnknownName("published training", name, Ambiguous: found.Count > 1, nearest);
    }

    /// <summary>Lists what is wrong with the table, or with the fit that was computed from it; empty if nothing.</summary>
    public static IReadOnlyList<string> Validate()
    {
        var problems = CatalogEntry.Problems(Search()).ToList();
        foreach (var row in All)
        {
            if ((row.CalibratesHours || row.CalibratesPower) && !AcceleratorCatalog.Find(row.Hardware).IsFound)
                problems.Add($"{row.Name}: it is used for the fit, but {row.Hardware} is not in the table of accelerators");
            if (row.CalibratesHours && (row.ChipHours is null || row.Operations is null || row.ActiveParameters is null))
                problems.Add($"{row.Name}: its hours are used for the fit, but hours, operations or parameters are missing");
            if (row.CalibratesHours && row.HoursBasis == "assumed")
                problems.Add($"{row.Name}: its hours are used for the fit, but were assumed");
            if (row.CalibratesPower && !row.PowerKind.StartsWith("measured", StringComparison.Ordinal))
                problems.Add($"{row.Name}: its power is used for the fit, but was not measured");
        }

        problems.AddRange(All.SelectMany(row => row.FindContradictions()
            .Where(found => row.GetValue(found.Quantity)?.Contradiction is null)
            .Select(found => $"{row.Name}: its {found.Quantity} have no note although they do not fit the other values: {found.Reason}")));
        problems.AddRange(UtilisationModel.FindProblems());
        return problems;
    }

    /// <summary>SHA-256 of the table as shipped.</summary>
    internal static string ComputeTableHash() => Sha256.ComputeHash(EmbeddedTable.ReadBytes(Table, typeof(TrainingCatalog).Assembly));

    static IEnumerable<CatalogEntry> CreateEntries(PublishedTraining row)
    {
        var slug = $"training/{NameMatching.ToSlug(row.Name)}";
        string[] notes = [FormatSize(row), row.Hardware, row.Chips is { } chips ? $"{chips} chips" : "", row.Note];
        var note = JoinNonEmpty(notes);
        if (row.ChipHours is { } hours)
        {
            var isMeasured = row.HoursBasis == "published" && row.Verified && hours.Contradiction is null;
            var quality = isMeasured ? Quality.Measured : Quality.Assumed;
            yield return CreateEntry("chip-hours", hours, "chip-hours", row.HoursBasis, quality);
        }

        if (row.EnergyKwh is { } energy)
            yield return CreateEntry("energy", energy, "kWh", row.EnergyBasis, GetQuality(row.EnergyBasis));
        if (row.EmissionsKg is { } emissions)
            yield return CreateEntry("emissions", emissions, "kg CO2e", row.EnergyBasis, GetQuality(row.EnergyBasis));
        if (row is { ChipHours: null, EnergyKwh: null, EmissionsKg: null })
            yield return new CatalogEntry($"{slug}/training", row.Name, null, "", row.Year, Quality.Assumed, row.Source.Id, note);

        CatalogEntry CreateEntry(string quantity, PublishedValue value, string unit, string basis, Quality quality)
        {
            string[] details =
            [
                basis.Length > 0 ? $"basis: {basis}" : "",
                unit == "chip-hours" || row.Boundary.Length == 0 ? "" : $"boundary: {row.Boundary}",
                note,
            ];
            return new CatalogEntry(
                $"{slug}/{quantity}", $"{row.Name}, {quantity}", Bounds.FromExact(value.Value), unit, row.Year,
                row.Verified ? quality : Quality.Assumed, row.Source.Id, JoinNonEmpty(details)) { Contradiction = value.Contradiction };
        }
    }

    static string JoinNonEmpty(string[] parts) => string.Join("; ", parts.Where(part => part.Length > 0));

    /// <summary>Parameters and tokens of a training as text: <c>671B parameters, 37B active, 14.8T tokens</c>.</summary>
    static string FormatSize(PublishedTraining row)
    {
        if (row.Parameters is not { } parameters)
            return "";
        var active = row.ActiveParameters < parameters * 0.99 ? $", {FormatLargeCount(row.ActiveParameters.Value)} active" : "";
        var tokens = row.Tokens is { } count ? $", {FormatLargeCount(count)} tokens" : "";
        return $"{FormatLargeCount(parameters)} parameters{active}{tokens}";
    }

    static string FormatLargeCount(double number) =>
        number >= 1e12 ? string.Create(CultureInfo.InvariantCulture, $"{number / 1e12:0.##}T")
        : number >= 1e9 ? string.Create(CultureInfo.InvariantCulture, $"{number / 1e9:0.##}B")
        : string.Create(CultureInfo.InvariantCulture, $"{number / 1e6:0.##}M");

    static Quality GetQuality(string basis) => basis switch
    {
        "measured" => Quality.Measured,
        "hours x TDP" or "derived" or "mixed" or "modelled" or "life cycle assessment" => Quality.Modelled,
        _ => Quality.Assumed,
    };

    static PublishedTraining[] Read()
    {
        var trainings = new List<PublishedTraining>();
        var rows = new CsvReader(Table, EmbeddedTable.ReadText(Table, typeof(TrainingCatalog).Assembly), Header);
        while (rows.Read())
        {
            var contradicted = rows.GetText(25).Split(';', StringSplitOptions.RemoveEmptyEntries);
            if (Array.Exists(contradicted, word => word is not ("chip-hours" or "energy" or "emissions")))
                throw rows.CreateFormatException($"\"{rows[25]}\" must be chip-hours, energy, emissions or several");
            var contradiction = rows.GetText(26);
            if (contradicted.Length == 0 != (contradiction.Length == 0))
                throw rows.CreateFormatException("a contradicted quantity needs its contradiction, and a contradiction its quantity");
            var calibrates = rows.GetText(19).Split(';', StringSplitOptions.RemoveEmptyEntries);
            if (Array.Exists(calibrates, word => word is not ("hours" or "power")))
                throw rows.CreateFormatException($"\"{rows[19]}\" must be hours, power or both");
            trainings.Add(new PublishedTraining(
                rows.GetText(0), rows.GetText(1), rows.GetInteger(2),
                rows.GetNumberOrNull(3), rows.GetNumberOrNull(4), rows.GetNumberOrNull(5), rows.GetNumberOrNull(6),
                rows.GetText(7), rows.GetIntegerOrNull(8), Value("chip-hours", rows.GetNumberOrNull(9)),
                rows.GetNumberOrNull(10), rows.GetText(11),
                rows.GetNumberOrNull(12), rows.GetNumberOrNull(13),
                Value("energy", rows.GetNumberOrNull(14)), Value("emissions", rows.GetNumberOrNull(15)),
                rows.GetText(16), rows.GetText(17), rows.GetText(18),
                calibrates.Contains("hours"), calibrates.Contains("power"), rows.GetNumberOrNull(20) ?? 0,
                rows[21] is "yes", rows[22].IsEmpty ? rows.GetText(0) : rows.GetText(22), rows[23] is "yes",
                SourceList.Find(rows.GetText(24)), rows.GetText(27)));

            PublishedValue? Value(string quantity, double? number) => number is { } value
                ? new PublishedValue(value, contradicted.Contains(quantity) ? contradiction : null)
                : null;
        }

        return [.. trainings];
    }
}
