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
}
