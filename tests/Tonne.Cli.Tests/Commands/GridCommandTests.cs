using System.Text.Json.Nodes;
using Tonne.Cli.Configuration;
using Tonne.Instruments.Feeds;

namespace Tonne.Cli.Tests.Commands;

public sealed class GridCommandTests : IDisposable
{
    readonly Terminal _terminal = new();

    public void Dispose() => _terminal.Dispose();

    string Write(string text)
    {
        var path = Path.Combine(_terminal.Folder, "grid.csv");
        File.WriteAllText(path, text);
        return path;
    }

    [Fact]
    public void Imported_hours_are_kept_once_and_shown()
    {
        var file = Write("zone,timestamp_utc,gco2e_per_kwh,basis,scope\nFR,2026-06-01T00:00Z,30,lifecycle,production\nFR,2026-06-01T01:00Z,40,lifecycle,production\nFR,2026-06-01T02:00Z,50,lifecycle,production\n");

        Assert.Contains("3 of 3 values are new", _terminal.Type("grid", "import", file).Out, StringComparison.Ordinal);
        Assert.Contains("0 of 3 values are new", _terminal.Type("grid", "import", file).Out, StringComparison.Ordinal);
        var (code, text, _) = _terminal.Type("grid", "history", "FR", "--since", "2026-06-01", "--until", "2026-06-02", "--json");
        var document = JsonNode.Parse(text)!;

        Assert.Equal(0, code);
        Assert.Equal("tonne.grid/1", (string)document["schema"]!);
        Assert.Equal([30, 40, 50], document["values"]!.AsArray().Select(value => (double)value!["g_co2e_per_kwh"]!));
        Assert.Equal(("lifecycle", "production", "average", 3600.0), ((string)document["basis"]!, (string)document["scope"]!, (string)document["kind"]!, (double)document["step_s"]!));
    }

    [Fact]
    public void A_bad_row_is_named_with_its_line_and_the_others_are_kept()
    {
        var (code, output, error) = _terminal.Type("grid", "import", Write("zone,timestamp_utc,gco2e_per_kwh\nFR,2026-06-01T00:00Z,30\nFR,yesterday,30\nFR,2026-06-01T02:00Z,50\n"));

        Assert.Equal(0, code);
        Assert.Contains("2 of 2 values are new", output, StringComparison.Ordinal);
        Assert.Contains("3", error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_bad_file_is_named_and_the_good_ones_are_kept()
    {
        var good = Write("zone,timestamp_utc,gco2e_per_kwh\nFR,2026-06-01T00:00Z,30\nFR,2026-06-01T01:00Z,50\nFR,2026-06-01T02:00Z,50\nFR,2026-06-01T05:00Z,50\n");
        var bad = Path.Combine(_terminal.Folder, "bad.csv");
        File.WriteAllText(bad, "a,b\n1,2\n");

        foreach (var files in new[] { new[] { bad, good }, [good, bad] })
        {
            var (code, output, error) = _terminal.Type(["grid", "import", .. files]);

            Assert.Equal(1, code);
            Assert.Contains("of 4 values are new (unstated, unstated, average), 2026-06-01 to 2026-06-01; no value for 2 h in 1 gap", output, StringComparison.Ordinal);
            Assert.Contains("bad.csv", error, StringComparison.Ordinal);
            Assert.Contains("1 of 2 files were kept", error, StringComparison.Ordinal);
        }

        Assert.Equal(2, _terminal.Type("grid", "import", bad).Code);
    }

    [Fact]
    public void A_folder_that_cannot_be_written_is_named_with_a_remedy()
    {
        var file = Write("zone,timestamp_utc,gco2e_per_kwh\nFR,2026-06-01T00:00Z,30\n");
        _terminal.Type("grid", "import", file);
        var grid = Directory.GetDirectories(_terminal.Folder, "history", SearchOption.AllDirectories).Single();
        Directory.Delete(grid, recursive: true);
        File.WriteAllText(grid, "");

        var (code, _, error) = _terminal.Type("grid", "import", file);

        Assert.Equal(1, code);
        Assert.Contains("Nothing of this import was kept", error, StringComparison.Ordinal);
        Assert.Contains("TONNE_HOME", error, StringComparison.Ordinal);
    }

    [Fact]
    public void Nobody_is_asked_unless_that_is_switched_on()
    {
        var (code, screen, _) = _terminal.Type("grid", "now", "FR");

        Assert.Equal(0, code);
        Assert.Contains("No publisher of grid intensity was asked. To ask them: tonne config set grid.live on", string.Join(' ', screen.Split([' ', '\n'], StringSplitOptions.RemoveEmptyEntries)), StringComparison.Ordinal);
    }

    [Fact]
    public void Settings_of_publishers_are_those_that_the_publishers_have()
    {
        using var feeds = new IntensityFeeds();
        var expected = feeds.All.SelectMany(feed => new[] { feed.Description.KeySetting, $"grid.{feed.Description.Id}.url" }).OfType<string>();

        Assert.Equal(expected.Order(StringComparer.Ordinal), FeedSettings.Names.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void A_setting_is_written_once_and_a_key_is_never_shown()
    {
        Assert.Equal(0, _terminal.Type("config", "set", "grid.eia.key", "s3cr3t'x").Code);
        Assert.Equal(0, _terminal.Type("config", "set", "grid.live", "on").Code);
        Assert.Equal(0, _terminal.Type("config", "set", "grid.live", "off").Code);
        var file = Path.Combine(_terminal.Folder, ".config", "tonne", "tonne.yaml");
        var (code, screen, _) = _terminal.Type("config");

        Assert.Equal(["grid.eia.key: 's3cr3t''x'", "grid.live: 'off'"], File.ReadAllLines(file));
        Assert.Equal(0, code);
        Assert.Contains("(set)", screen, StringComparison.Ordinal);
        Assert.DoesNotContain("s3cr3t", screen + _terminal.Type("config", "--json").Out, StringComparison.Ordinal);
        Assert.Equal(2, _terminal.Type("config", "set", "grid.live", "perhaps").Code);
        Assert.Equal(2, _terminal.Type("config", "set", "grid.nobody.key", "x").Code);
    }

    [Fact]
    public void A_group_of_settings_may_be_written_as_one()
    {
        Directory.CreateDirectory(Path.Combine(_terminal.Folder, ".config", "tonne"));
        File.WriteAllText(Path.Combine(_terminal.Folder, ".config", "tonne", "tonne.yaml"), "zone: FR\ngrid:\n  live: off\n  eia:\n    key: abc\n");

        var (code, screen, error) = _terminal.Type("config");

        Assert.Equal((0, ""), (code, error));
        Assert.Contains("grid.eia.key", screen, StringComparison.Ordinal);
    }

    [Fact]
    public void The_list_of_publishers_fits_80_columns() => Assert.All(_terminal.Type("grid", "providers").Out.Split('\n'), line => Assert.True(line.Length <= 80, line));

    [Fact]
    public void Publishers_are_listed_with_their_terms()
    {
        var document = JsonNode.Parse(_terminal.Type("grid", "providers", "--json").Out)!;

        Assert.Equal("CC BY 4.0", (string)document["providers"]!.AsArray().First(feed => (string)feed!["id"]! == "neso")!["licence"]!);
        Assert.False((bool)document["live"]!);
    }
}
