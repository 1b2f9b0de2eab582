using Tonne.Cli.Configuration;
using Tonne.Runs;

namespace Tonne.Cli.Tests.Configuration;

public sealed class SettingsTests : IDisposable
{
    readonly Terminal _terminal = new();

    public void Dispose() => _terminal.Dispose();

    Settings Resolve(params (Setting Setting, string Value)[] flags) =>
        Settings.Resolve(flags.ToDictionary(flag => flag.Setting, flag => (string?)flag.Value), _terminal.Variable, _terminal.Folder);

    void Write(string text, string file = "tonne.yaml")
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Path.Combine(_terminal.Folder, file))!);
        File.WriteAllText(Path.Combine(_terminal.Folder, file), text);
    }

    [Fact]
    public void Later_wins_the_users_file_the_folders_file_the_environment_flags()
    {
        Write("zone: DE\nproject: mine\n", ".config/tonne/tonne.yaml");
        Assert.Equal("DE", Resolve().Place!.Zone);
        Write("zone: France\n");
        Assert.Equal("FR", Resolve().Place!.Zone);
        _terminal["TONNE_ZONE"] = "PL";
        Assert.Equal("PL", Resolve().Place!.Zone);
        Assert.Equal(("SE", PlaceOrigin.Given), (Resolve((Setting.Zone, "Sweden")).Place!.Zone, Resolve((Setting.Zone, "Sweden")).Place!.How));
        Assert.Equal("mine", Resolve()[Setting.Project]);
    }

    [Fact]
    public void A_region_given_later_replaces_a_zone()
    {
        Write("zone: FR\n");

        var place = Resolve((Setting.Region, "gcp:europe-west9")).Place!;

        Assert.Equal((null, "gcp:europe-west9"), (place.Zone, place.Region));
    }

    [Fact]
    public void An_unknown_key_is_an_error_with_file_line_and_suggestion()
    {
        Write("zone: FR\nintensty: 50\n");

        var error = Assert.Throws<SettingsException>(() => Resolve());

        Assert.Contains("tonne.yaml:2", Assert.Single(error.Problems));
        Assert.Contains("intensity", error.Message);
    }

    [Fact]
    public void All_problems_are_reported_at_once()
    {
        Write("pue: 0.5\nperiod: soon\nzone: Frence\n");

        var error = Assert.Throws<SettingsException>(() => Resolve());

        Assert.Equal(3, error.Problems.Count);
        Assert.Contains(error.Problems, problem => problem.Contains("FR (France)", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("zone: [FR")]
    [InlineData("- zone")]
    [InlineData("zone:\n  - FR\n")]
    [InlineData("\u0000\u0001")]
    public void A_file_that_is_no_list_of_settings_is_an_error_that_names_it(string text)
    {
        Write(text);

        Assert.Contains("tonne.yaml", Assert.Throws<SettingsException>(() => Resolve()).Message);
    }

    [Theory]
    [InlineData("1s", 1000)]
    [InlineData("100ms", 100)]
    [InlineData("1m", 60_000)]
    [InlineData("0.5", 500)]
    public void A_period_is_read_as_people_write_it(string text, double milliseconds) =>
        Assert.Equal(milliseconds, Resolve((Setting.Period, text)).Period.TotalMilliseconds);

    [Theory]
    [InlineData("5ms")]
    [InlineData("2h")]
    [InlineData("-1s")]
    [InlineData("1 fortnight")]
    public void A_period_out_of_range_is_refused(string text) => Assert.Throws<SettingsException>(() => Resolve((Setting.Period, text)));

    [Fact]
    public void Nothing_given_is_no_place_and_the_defaults()
    {
        var settings = Resolve();

        Assert.Null(settings.Place);
        Assert.Equal((SharePolicy.Share, false, "/"), (settings.Policy, settings.Strict, settings.Sysroot));
    }
}
