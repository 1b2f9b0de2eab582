using Tonne.Cli.Grids;

namespace Tonne.Cli.Tests.Planning;

/// <summary>Files of --series that are none, and names that are unusual.</summary>
public sealed class SeriesFileTests : IDisposable
{
    readonly PlanTerminal _terminal = new();

    public void Dispose() => _terminal.Dispose();

    [Fact]
    public void A_folder_is_named_as_such() => Assert.Contains("is a folder: name the CSV files in it", Refuse(_terminal.Folder),
        StringComparison.Ordinal);

    [Fact]
    public void An_empty_file_is_named_as_such()
    {
        Assert.Contains("is empty: a file of intensities is CSV", Refuse(_terminal.Write("empty.csv", "")), StringComparison.Ordinal);
        if (!OperatingSystem.IsWindows())
            Assert.Contains("/dev/null is empty", Refuse("/dev/null"), StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_that_is_not_there_is_named_as_such() =>
        Assert.Contains("is not there", Refuse(Path.Combine(_terminal.Folder, "nothing.csv")), StringComparison.Ordinal);

    [Theory]
    [InlineData("")]
    [InlineData("NaN")]
    [InlineData("null")]
    public void A_file_without_a_value_is_named_with_its_rows(string value)
    {
        var rows = string.Concat(Enumerable.Range(0, 24).Select(hour => $"FR,2026-06-01T{hour:00}:00Z,{value}\n"));

        Assert.Contains("all of its 24 rows are without a value (empty or NaN)",
            Refuse(_terminal.Write("gaps.csv", "zone,timestamp_utc,gco2e_per_kwh\n" + rows)), StringComparison.Ordinal);
    }

    [Fact]
    public void A_name_with_a_comma_is_found_alone_and_in_a_list()
    {
        var (odd, plain) = (_terminal.WriteHours("a,b,c.csv", Enumerable.Repeat<double?>(100, 24)),
            _terminal.WriteHours("plain.csv", Enumerable.Repeat<double?>(50, 24), "SE"));

        Assert.Equal([odd], GridAccess.SplitFiles(odd));
        Assert.Equal([plain, odd, plain], GridAccess.SplitFiles($"{plain},{odd}, {plain}"));
        Assert.Equal(["x.csv", "y.csv"], GridAccess.SplitFiles("x.csv,y.csv"));
        Assert.Equal(2, _terminal.Json("--duration", "1h", "--series", $"{odd},{plain}")["origins"]!.AsArray().Count);
    }

    [Fact]
    public void Gaps_are_named_with_their_hours_also_where_they_leave_no_plan()
    {
        var file = _terminal.WriteHours("gaps.csv", Enumerable.Range(0, 24).Select(hour => hour is 3 or 4 or 9 ? null : (double?)100));
        var plan = _terminal.Json("--duration", "2h", "--finish-by", "24h", "--series", file);

        Assert.Contains(plan["warnings"]!.AsArray(), warning => (string)warning!["code"]! == "series-gaps"
            && ((string)warning["text"]!).Contains("for 3 of the 24 h (06-01 03:00 to 06-01 05:00, 06-01 09:00 to 06-01 10:00 UTC)",
                StringComparison.Ordinal));
        Assert.Contains("06-01 03:00 to 06-01 05:00", _terminal.Refuse("--duration", "20h", "--finish-by", "24h", "--max-pauses", "0",
            "--series", file), StringComparison.Ordinal);
    }

    string Refuse(string file) => _terminal.Refuse("--duration", "2h", "--series", file);
}
