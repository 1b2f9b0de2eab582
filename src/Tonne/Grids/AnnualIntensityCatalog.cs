using Tonne.Catalogs;
using Tonne.Quantities;

namespace Tonne.Grids;

/// <summary>Annual mean intensities of zones, with bounds for the intensity during a run.</summary>
/// <remarks>
/// Policy: the newest year of the lifecycle, production-based series (Ember); a zone without it (a subregion) has its direct one.
/// Bounds: best · exp(±1.96 σ), σ² = change² · years + (publishers² ÷ 2) + day²: the zone's own yearly change (drawn towards the change typical of countries by the weight of four years)
/// over the years from the row to the year after the newest of the table; half the squared difference between two publishers; a day against its year. Each is computed from published
/// rows, see docs/methods/grid-intensity.md. A part of a country (a Canadian province, a US balancing area) is computed from its generation without imports: σ² grows by publishers². An intensity of 0 gets the low quantile of the countries as its high.
/// </remarks>
public static class AnnualIntensityCatalog
{
    /// <summary>Weight of the typical yearly change of a country, as a number of yearly changes of the zone itself.</summary>
    const double TypicalChangeWeight = 4;

    /// <summary>Assumed probability that a place guessed from a time zone is in another country.</summary>
    const double WrongGuessProbability = 0.1;

    const string Table = "annual_intensities.csv";
    const string Header = "zone,year,g_per_kwh,basis,scope,source";

    static readonly SpreadTable Spreads = new("intensity_spreads.csv");
    static readonly Lazy<string> Text = new(() => EmbeddedTable.ReadText(Table));

    /// <summary>Standard deviation of the logarithm that is left when an hour was observed: two publishers differ by √2 of it.</summary>
    internal static double PublisherSigma => Spreads["publishers"] / Math.Sqrt(2);

    /// <summary>Standard deviation of the logarithm of an hour against the mean of its year, the widest that a profile of hours can leave.</summary>
    internal static double HourSigma => Spreads["hour-of-year"];

    /// <summary>The preferred annual intensity of a zone; null if the table has none.</summary>
    public static GridIntensity? Find(Zone zone) => Choose(zone, Rows(zone.Code), null);

    /// <summary>The annual intensity of a zone on a given basis; null if the table has none.</summary>
    public static GridIntensity? Find(Zone zone, IntensityBasis basis) => Choose(zone, Rows(zone.Code), basis);

    /// <summary>The intensity of a guessed zone: the same value, assumed, with bounds that include the chance of a wrong country.</summary>
    /// <remarks>σ² grows by 2 · 0.1 · s², s the spread between countries: one guess in ten is assumed to be a wrong country.</remarks>
    /// <param name="zone">The zone guessed.</param>
    /// <param name="guessedFrom">What it was guessed from, for the explanation: <c>time zone Europe/Paris</c>.</param>
    public static GridIntensity? FindForGuessedZone(Zone zone, string guessedFrom)
    {
        if (Find(zone) is not { } signal)
            return null;
        var best = signal.Intensity.Bounds.Best;
        var sigma = LogNormal.CombineSigmas(signal.Intensity.Bounds.SigmaHigh, Math.Sqrt(2 * WrongGuessProbability) * Spreads["between-countries"]);
        var factor = signal.Intensity with
        {
            Id = $"{signal.Intensity.Id}/guessed",
            Bounds = LogNormal.CreateBounds(best, sigma),
            Quality = Quality.Assumed,
            Note = $"the place was guessed from the {guessedFrom}",
        };
        return signal with { Intensity = factor, Explanation = $"{signal.Explanation}; guessed from the {guessedFrom}" };
    }

    /// <summary>
    /// The intensity of an unknown place: the world's mean, with the 2.5 % and 97.5 % quantiles of the countries as bounds.
    /// </summary>
    public static GridIntensity GetForUnknownPlace()
    {
        var world = ZoneCatalog.Find("WORLD").ValueOrThrow;
        var signal = Find(world) ?? throw new InvalidOperationException("The table has no row for the world.");
        var factor = signal.Intensity with
        {
            Id = $"grid/unknown-place/{signal.Year}/{signal.Intensity.Source.Id}",
            Label = "grid intensity, place unknown",
            Bounds = new Bounds(Spreads["countries-low"], signal.Intensity.Bounds.Best, Spreads["countries-high"]),
            Quality = Quality.Assumed,
            Note = "the place is unknown: world mean, bounds from the spread of the countries",
        };
        return signal with { Intensity = factor, Explanation = $"place unknown: world mean {signal.Year}" };
    }

    /// <summary>Basis and scope in words.</summary>
    internal static string Describe(IntensityBasis basis, IntensityScope scope) => $"{(basis == IntensityBasis.Lifecycle ? "lifecycle" : "direct")}, {scope switch
    {
        IntensityScope.Production => "production",
        IntensityScope.Consumption => "consumption",
        _ => "provider",
    }}";

    /// <summary>The preferred signal of every zone, by code.</summary>
    internal static IEnumerable<GridIntensity> Newest()
    {
        var byZone = AllRows().GroupBy(row => row.Zone, StringComparer.Ordinal).ToDictionary(group => group.Key, group => group.ToList(), StringComparer.Ordinal);
        return ZoneCatalog.All.Where(zone => byZone.ContainsKey(zone.Code)).Select(zone => Choose(zone, byZone[zone.Code], null)).OfType<GridIntensity>();
    }

    /// <summary>Bounds of an annual value of a zone for a run of unknown hours a year or more later.</summary>
    /// <param name="grams">The annual value, g CO2e/kWh.</param>
    /// <param name="year">The year it averages over.</param>
    /// <param name="sumOfSquares">Sum of the squares of the zone's yearly changes, in natural logarithms.</param>
    /// <param name="changeCount">Number of those changes; 0 if unknown.</param>
    internal static Bounds CreateBounds(double grams, int year, double sumOfSquares, int changeCount)
    {
        if (grams == 0)
            return new Bounds(0, 0, Spreads["countries-low"]);
        var typical = Spreads["yearly-change"];
        var change = (sumOfSquares + (TypicalChangeWeight * typical * typical)) / (changeCount + TypicalChangeWeight);
        var years = Math.Max(1, (int)Spreads["newest-year"] + 1 - year);
        return LogNormal.CreateBounds(grams, LogNormal.CombineSigmas(Math.Sqrt(change * years), Spreads["publishers"] / Math.Sqrt(2), Spreads["day-of-year"]));
    }

    /// <summary>Bounds of a provider's own figure of one region: its change from year to year has a relative and an absolute part, so a small figure has wider bounds.</summary>
    /// <remarks>σ of one year's change: the root of relative² + (absolute ÷ (figure + offset))², fitted on the changes that the provider has published. See docs/methods/grid-intensity.md.</remarks>
    /// <param name="grams">The annual value, g CO2e/kWh.</param>
    /// <param name="year">The year it averages over.</param>
    internal static Bounds CreateProviderBounds(double grams, int year)
    {
        if (grams == 0)
            return new Bounds(0, 0, Spreads["countries-low"]);
        var change = LogNormal.CombineSigmas(Spreads["provider-change"], Spreads["provider-change-absolute"] / (grams + Spreads["provider-change-offset"]));
        var years = Math.Max(1, (int)Spreads["newest-year"] + 1 - year);
        return LogNormal.CreateBounds(grams, LogNormal.CombineSigmas(change * Math.Sqrt(years), Spreads["publishers"] / Math.Sqrt(2), Spreads["day-of-year"]));
    }

    /// <summary>Bounds of a value with further spreads, as standard deviations of its logarithm.</summary>
    internal static Bounds Widen(Bounds bounds, double sigma) => bounds.Best == 0 ? bounds : LogNormal.CreateBounds(bounds.Best, LogNormal.CombineSigmas(bounds.SigmaHigh, sigma));

    internal static IntensityBasis Basis(CsvReader rows, int column) => rows[column] switch
    {
        "lifecycle" => IntensityBasis.Lifecycle,
        "direct" => IntensityBasis.Direct,
        _ => throw rows.CreateFormatException($"the basis \"{rows[column]}\" is unknown"),
    };

    internal static IntensityScope Scope(CsvReader rows, int column) => rows[column] switch
    {
        "production" => IntensityScope.Production,
        "consumption" => IntensityScope.Consumption,
        "provider" => IntensityScope.Provider,
        _ => throw rows.CreateFormatException($"the scope \"{rows[column]}\" is unknown"),
    };

    static GridIntensity? Choose(Zone zone, List<Row> rows, IntensityBasis? basis)
    {
        Row? chosen = null;
        foreach (var row in rows)
        {
            if (basis is { } wanted && row.Basis != wanted)
                continue;
            if (chosen is null || row.Basis < chosen.Basis || (row.Basis == chosen.Basis && row.Year > chosen.Year))
                chosen = row;
        }
        if (chosen is not { } value)
            return null;
        var (squares, changes) = (0d, 0);
        Row? before = null;
        // The table is sorted by year within a zone. Plain loops, because every run needs this and LINQ over numbers is compiled anew at
        // each start.
        foreach (var row in rows)
        {
            if (row.Basis != value.Basis || !string.Equals(row.Source, value.Source, StringComparison.Ordinal))
                continue;
            if (before is { Grams: > 0 } && row.Grams > 0 && row.Year == before.Year + 1)
            {
                var change = Math.Log(row.Grams / before.Grams);
                squares += change * change;
                changes++;
            }
            before = row;
        }
        var how = $"annual mean {value.Year}, {zone.Name}";
        return new GridIntensity(
            new Factor($"grid/{zone.Code}/{value.Year}/{value.Source}", $"grid intensity, {zone.Name} {value.Year}, {Describe(value.Basis, value.Scope)}", "g CO2e/kWh",
                zone.Kind == ZoneKind.Subregion && value.Basis == IntensityBasis.Lifecycle ? Widen(CreateBounds(value.Grams, value.Year, squares, changes), Spreads["publishers"])
                    : CreateBounds(value.Grams, value.Year, squares, changes),
                Quality.Modelled, SourceList.Find(value.Source)),
            zone, value.Basis, value.Scope, value.Year, how);
    }

    static List<Row> Rows(string code)
    {
        var found = new List<Row>();
        var rows = new CsvReader(Table, Text.Value, Header);
        while (rows.Read())
        {
            if (rows[0].SequenceEqual(code))
                found.Add(ReadRow(rows));
            else if (found.Count > 0)
                break;
        }
        return found;
    }

    static List<Row> AllRows()
    {
        var all = new List<Row>();
        var rows = new CsvReader(Table, Text.Value, Header);
        while (rows.Read())
            all.Add(ReadRow(rows));
        return all;
    }

    static Row ReadRow(CsvReader rows) => new(rows.GetText(0), rows.GetInteger(1), rows.GetNumber(2), Basis(rows, 3), Scope(rows, 4), rows.GetText(5));

    sealed record Row(string Zone, int Year, double Grams, IntensityBasis Basis, IntensityScope Scope, string Source);
}
