using System.Globalization;
using System.Text;
using Tonne.Grids;
using Tonne.Instruments.Feeds;
using Tonne.Quantities;

namespace Tonne.Instruments.Tests.Feeds;

public sealed class IntensityFilesTests : IDisposable
{
    readonly string _folder = Directory.CreateTempSubdirectory("tonne-history-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    static double?[] Grams(IntensitySeries series) => [.. series.Values.Select(value => value?.GramsPerKilowattHour)];

    [Fact]
    public void Own_columns_with_several_zones_a_gap_and_reversed_order()
    {
        var imported = IntensityFiles.Parse("zone,timestamp_utc,gco2e_per_kwh,basis\nFR,2026-01-01T03:00Z,40,lifecycle\nFR,2026-01-01T01:00Z,20,lifecycle\nFR,2026-01-01T00:00Z,10,lifecycle\nDE,2026-01-01T00:00Z,300.5,direct\nDE,2026-01-01T00:15Z,,direct\nDE,2026-01-01T00:30Z,310,direct\n", "a.csv");

        var france = imported.Series.Single(series => series.Zone.Code == "FR");
        var germany = imported.Series.Single(series => series.Zone.Code == "DE");
        Assert.Equal([10, 20, null, 40], Grams(france));
        Assert.Equal([300.5, null, 310], Grams(germany));
        Assert.Equal((IntensityBasis.Lifecycle, IntensityBasis.Direct), (france.Basis, germany.Basis));
        Assert.Equal(IntensitySignal.Observed, france.Signal);
        Assert.Empty(imported.Problems);
        Assert.Equal(6, imported.Rows);
    }

    [Fact]
    public void A_byte_order_mark_other_line_ends_semicolons_and_decimal_commas()
    {
        var imported = IntensityFiles.Parse("\uFEFFzone;timestamp_utc;gco2e_per_kwh\r\nFR;2026-01-01 00:00;10,5\r\nFR;2026-01-01T01:00:00+00:00;20\r\n\r\n", "fr.forecast.csv", IntensityBasis.Lifecycle, IntensityScope.Consumption);

        var series = Assert.Single(imported.Series);
        Assert.Equal([10.5, 20], Grams(series));
        Assert.Equal((IntensityBasis.Lifecycle, IntensityScope.Consumption, IntensitySignal.Forecast), (series.Basis, series.Scope,
            series.Signal));
    }

    [Theory]
    [InlineData("Datetime (UTC),Country,Zone name,Zone id,Carbon intensity gCO₂eq/kWh (direct),Carbon intensity gCO₂eq/kWh (Life cycle),Low carbon percentage")]
    [InlineData("Datetime (UTC),Country,Zone Name,Zone Id,Carbon Intensity gCO₂eq/kWh (direct),Carbon Intensity gCO₂eq/kWh (LCA),Low Carbon Percentage")]
    public void Files_of_Electricity_Maps_of_both_years(string header)
    {
        var imported = IntensityFiles.Parse($"{header}\n2024-01-01 00:00:00,X,X,IT-NO,100.5,140.25,60\n2024-01-01 01:00:00,X,X,IT-NO,,150,60\n", "IT-NO_2024_hourly.csv");

        Assert.Equal([140.25, 150], Grams(imported.Series.Single(series => series.Basis == IntensityBasis.Lifecycle)));
        Assert.Equal([100.5], Grams(imported.Series.Single(series => series.Basis == IntensityBasis.Direct)));
        Assert.All(imported.Series, series => Assert.Equal(("IT-NO", IntensityScope.Consumption), (series.Zone.Code, series.Scope)));
    }

    [Fact]
    public void Bad_rows_are_named_by_line_and_the_good_ones_are_taken()
    {
        var imported = IntensityFiles.Parse("zone,timestamp_utc,gco2e_per_kwh\nFR,2026-01-01T00:00Z,10\nFR,01/02/2026 01:00,20\nFR,2026-01-01T02:00Z,-5\nFR,2026-01-01T03:00Z\nF R,2026-01-01T03:00Z,1\nFR,2026-01-01T04:00Z,12\nFR,2026-01-01T04:00Z,13\n", "a.csv");

        Assert.Equal([10, null, null, null, 13], Grams(Assert.Single(imported.Series)));
        Assert.Equal(["line 3", "line 4", "line 5", "line 6", "lines 7 and 8"], imported.Problems.Select(problem =>
            problem.Text.Split(": ")[0].Replace("a.csv, ", "", StringComparison.Ordinal)).Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("")]
    [InlineData("a,b,c\n1,2,3\n")]
    [InlineData("zone,timestamp_utc\nFR,2026-01-01T00:00Z\n")]
    [InlineData("zone,timestamp_utc,gco2e_per_kwh\nFR,yesterday,5\n")]
    public void A_file_without_a_good_row_is_refused(string text) => Assert.Contains("a.csv", Assert.Throws<IntensityFileException>(() =>
        IntensityFiles.Parse(text, "a.csv")).Message, StringComparison.Ordinal);

    [Fact]
    public void Files_changed_at_random_are_read_or_refused()
    {
        var text = new StringBuilder("zone,timestamp_utc,gco2e_per_kwh,basis,scope,kind\n");
        for (var hour = 0; hour < 24; hour++)
            text.Append(CultureInfo.InvariantCulture, $"FR,2026-01-01T{hour:00}:00Z,{hour * 3}.5,lifecycle,production,average\n");
        var good = text.ToString();
        var random = new Random(3);
        for (var i = 0; i < 1500; i++)
        {
            var letters = good.ToCharArray();
            for (var j = random.Next(1, 8); j > 0; j--)
                letters[random.Next(letters.Length)] = ",;\"\n\r\t0-xé\0"[random.Next(11)];
            var cut = new string(letters)[..random.Next(letters.Length)];
            try
            {
                Assert.NotEqual(0, IntensityFiles.Parse(cut, "a.csv").Rows);
            }
            catch (IntensityFileException)
            {
                // The documented refusal.
            }
        }
    }

    [Fact]
    public async Task Merging_into_the_history_twice_changes_nothing_and_a_new_value_replaces_what_it_overlaps()
    {
        var history = new IntensityHistory(_folder);
        var hours = Assert.Single(IntensityFiles.Parse("zone,timestamp_utc,gco2e_per_kwh\nFR,2026-01-31T22:00Z,10\nFR,2026-01-31T23:00Z,20\nFR,2026-02-01T00:00Z,30\n", "a.csv", IntensityBasis.Lifecycle).Series);
        var quarter = Assert.Single(IntensityFiles.Parse("zone,timestamp_utc,gco2e_per_kwh\nFR,2026-01-31T23:15Z,90\nFR,2026-01-31T23:30Z,91\n", "a.csv", IntensityBasis.Lifecycle).Series);
        var from = new DateTimeOffset(2026, 1, 31, 22, 0, 0, TimeSpan.Zero);

        Assert.Equal(3, await history.MergeAsync(hours, TestContext.Current.CancellationToken));
        Assert.Equal(0, await history.MergeAsync(hours, TestContext.Current.CancellationToken));
        Assert.Equal([10, 20, 30], Grams(history.Read(hours.Zone, from, from.AddHours(3), IntensityBasis.Lifecycle)!));
        Assert.Equal(2, await history.MergeAsync(quarter, TestContext.Current.CancellationToken));

        Assert.Equal([10, 10, 10, 10, 20, 90, 91, 20, 30, 30, 30, 30], Grams(history.Read(hours.Zone, from, from.AddHours(3),
            IntensityBasis.Lifecycle)!));
        Assert.Null(history.Read(hours.Zone, from, from.AddHours(3), IntensityBasis.Direct));
        Assert.Null(history.Read(hours.Zone, from, from.AddHours(3), IntensityBasis.Lifecycle, IntensityScope.Consumption));
        Assert.Null(history.Read(hours.Zone, from, from.AddHours(3), IntensityBasis.Lifecycle, null, IntensityKind.Marginal));
    }

    [Fact]
    public void Rows_finer_than_a_minute_are_averaged_and_that_is_said()
    {
        // By hand: 00:00 has 10 for 20 s and 40 for 40 s, so 30; 00:01 has 50.
        var imported = IntensityFiles.Parse("zone,timestamp_utc,gco2e_per_kwh\nFR,2026-01-01T00:00:00Z,10\nFR,2026-01-01T00:00:20Z,40\nFR,2026-01-01T00:01:00Z,50\n", "a.csv");

        Assert.Equal([30, 50], Grams(Assert.Single(imported.Series)).Select(grams => Math.Round(grams!.Value, 9)));
        Assert.Contains("3 rows are finer than a minute; they were averaged to 2 minutes", Assert.Single(imported.Problems).Text, StringComparison.Ordinal);
    }

    [Fact]
    public void An_empty_value_within_a_minute_is_no_zero()
    {
        var imported = IntensityFiles.Parse("zone,timestamp_utc,gco2e_per_kwh\nFR,2026-01-01T00:00:00Z,10\nFR,2026-01-01T00:00:30Z,\nFR,2026-01-01T00:01:00Z,\nFR,2026-01-01T00:01:30Z,\nFR,2026-01-01T00:02Z,7\n", "a.csv");

        Assert.Equal([10, null, 7], Grams(Assert.Single(imported.Series)));
    }

    [Fact]
    public void Uneven_rows_hold_to_the_next_one_unless_it_is_twice_the_usual_step_away()
    {
        // Steps of 65, 55, 70, 55, 55, 300, 60 and 65 minutes: only the fifth hour is missing.
        int[] minutes = [0, 65, 120, 190, 245, 300, 600, 660, 725];
        var text = "zone,timestamp_utc,gco2e_per_kwh\n" + string.Concat(minutes.Select(minute => string.Create(
            CultureInfo.InvariantCulture, $"FR,{new DateTime(2026, 1, 1).AddMinutes(minute):yyyy-MM-dd'T'HH:mm'Z'},{minute}\n")));
        var series = Assert.Single(IntensityFiles.Parse(text, "a.csv").Series);
        double? At(int minute) => series.Find(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero).AddMinutes(minute))?.GramsPerKilowattHour;

        Assert.Equal([0, 65, 120, 190, 245, 600, 660], new[] { 64, 119, 189, 244, 299, 659, 724 }.Select(At));
        Assert.Equal([300, null, null], new[] { 310, 420, 599 }.Select(At));
    }

    [Fact]
    public void A_missing_row_of_an_even_series_stays_a_gap() =>
        Assert.Equal([1, 2, null, 3, 4, 5], Grams(Assert.Single(IntensityFiles.Parse(
            "zone,timestamp_utc,gco2e_per_kwh\nFR,2026-01-01T00:00Z,1\nFR,2026-01-01T00:15Z,2\nFR,2026-01-01T00:45Z,3\nFR,2026-01-01T01:00Z,4\nFR,2026-01-01T01:15Z,5\n", "a.csv").Series)));

    [Theory]
    // The second month cannot be written, and the second month cannot be replaced.
    [InlineData("2026-02.csv.part")]
    [InlineData("2026-02.csv")]
    public async Task A_merge_that_cannot_be_written_changes_nothing(string blocked)
    {
        var history = new IntensityHistory(_folder);
        var old = Assert.Single(IntensityFiles.Parse("zone,timestamp_utc,gco2e_per_kwh\nFR,2026-01-31T22:00Z,10\n", "a.csv", IntensityBasis.Lifecycle).Series);
        var later = Assert.Single(IntensityFiles.Parse("zone,timestamp_utc,gco2e_per_kwh\nFR,2026-01-31T22:00Z,20\nFR,2026-01-31T23:00Z,20\nFR,2026-02-01T00:00Z,30\n", "a.csv", IntensityBasis.Lifecycle).Series);
        Assert.Equal(1, await history.MergeAsync(old, TestContext.Current.CancellationToken));
        var file = Directory.GetFiles(_folder, "2026-01.csv", SearchOption.AllDirectories).Single();
        var before = await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken);
        var obstacle = Directory.CreateDirectory(Path.Combine(Path.GetDirectoryName(file)!, blocked));

        await Assert.ThrowsAnyAsync<SystemException>(() => history.MergeAsync(later, TestContext.Current.CancellationToken));
        Assert.Equal(before, await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken));
        Assert.Empty(Directory.GetFiles(_folder, "*.part", SearchOption.AllDirectories));

        obstacle.Delete();
        Assert.Equal(3, await history.MergeAsync(later, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task What_is_known_is_read_once_and_again_when_a_file_has_changed()
    {
        var (history, zone, from) = (new IntensityHistory(_folder), ZoneCatalog.Find("FR").ValueOrThrow, new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));
        var known = new KnownIntensities(history);
        IntensitySeries Series(double grams) => new(zone, from, [CarbonIntensity.FromGramsPerKilowattHour(grams)], new Source("TEST", "Test"));
        double? Observed() => known.Find(zone, from, from.AddMinutes(15)).LastOrDefault(one => one.Signal == IntensitySignal.Observed)?.Values[0]?.GramsPerKilowattHour;

        Assert.Null(Observed());
        await history.MergeAsync(Series(40), TestContext.Current.CancellationToken);
        Assert.Equal(40, Observed());
        Assert.Same(known.Find(zone, from, from.AddMinutes(15)), known.Find(zone, from, from.AddMinutes(15)));
        await history.MergeAsync(Series(123.5), TestContext.Current.CancellationToken);
        Assert.Equal(123.5, Observed());
        Assert.NotSame(known.Find(zone, from, from.AddMinutes(15)), known.Find(zone, from, from.AddMinutes(30)));
    }
}
