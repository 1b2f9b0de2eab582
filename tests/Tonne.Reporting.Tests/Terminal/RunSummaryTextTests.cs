using Tonne.Accounting;
using Tonne.Formatting;
using Tonne.Reporting.Explaining;
using Tonne.Reporting.Terminal;
using Tonne.Runs;
using Tonne.Tests;

namespace Tonne.Reporting.Tests.Terminal;

public class RunSummaryTextTests
{
    public static TheoryData<string, int, bool, bool> Screens => new()
    {
        { "shell", 60, false, true }, { "shell", 80, false, true }, { "shell", 120, true, true }, { "shell", 80, false, false },
        { "training", 60, false, true }, { "training", 80, true, true }, { "training", 120, false, true }, { "training", 80, false, false },
        { "metered", 80, false, true }, { "metered", 120, true, true },
        { "troubled", 60, false, true }, { "troubled", 80, true, true }, { "troubled", 120, false, true },
    };

    [Theory]
    [MemberData(nameof(Screens))]
    public void The_summary_of_each_sample_run_looks_as_reviewed(string sample, int width, bool colour, bool unicode)
    {
        var (record, footprint) = Sample(sample);
        var text = Render(record, footprint, new TerminalCapabilities { Width = width, Colour = colour, Unicode = unicode });
        Golden.Matches($"Golden/summary-{sample}-{width}{(colour ? "-colour" : "")}{(unicode ? "" : "-ascii")}.golden.txt", text);
    }

    [Theory]
    [MemberData(nameof(Screens))]
    public void No_line_is_wider_than_the_screen_and_none_ends_in_a_blank(string sample, int width, bool colour, bool unicode)
    {
        var (record, footprint) = Sample(sample);
        Assert.NotEmpty(colour ? "colour" : "plain");
        foreach (var line in Render(record, footprint, new TerminalCapabilities { Width = width, Unicode = unicode }).Split('\n'))
        {
            Assert.True(TextSanitizer.CountColumns(line) <= width, $"{TextSanitizer.CountColumns(line)} columns: {line}");
            Assert.Equal(line.TrimEnd(), line);
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(40)]
    [InlineData(45)]
    public void A_very_narrow_screen_still_has_its_summary(int width)
    {
        var (record, footprint) = Sample("training");

        Assert.Contains("loss", Render(record, footprint, new TerminalCapabilities { Width = width }), StringComparison.Ordinal);
    }

    [Fact]
    public void A_run_that_was_not_kept_is_not_said_to_be_in_the_ledger()
    {
        var (record, footprint) = Sample("shell");
        using var writer = new StringWriter { NewLine = "\n" };
        RunSummaryText.Write(writer, record, footprint, new TerminalCapabilities(), reference: null);

        Assert.Contains("not in the ledger", writer.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("tonne explain", writer.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Colour_changes_nothing_but_escape_sequences()
    {
        var (record, footprint) = Sample("training");
        var plain = Render(record, footprint, new TerminalCapabilities { Width = 80 });
        var colour = Render(record, footprint, new TerminalCapabilities { Width = 80, Colour = true });
        Assert.NotEqual(plain, colour);
        Assert.Equal(plain, System.Text.RegularExpressions.Regex.Replace(colour, "\u001b\\[[0-9]+m", "", System.Text.RegularExpressions.RegexOptions.None, TimeSpan.FromSeconds(1)));
    }

    [Fact]
    public void Without_unicode_every_character_is_ascii()
    {
        foreach (var sample in new[] { "shell", "training", "metered", "troubled" })
        {
            var (record, footprint) = Sample(sample);
            Assert.All(Render(record, footprint, new TerminalCapabilities { Unicode = false }), c => Assert.True(c < 128, $"'{c}' (U+{(int)c:X4})"));
        }
    }

    [Fact]
    public void The_headline_holds_the_figures_computed_by_hand()
    {
        // Shell run: 67.2 J = 18.67 mWh; × PUE 1.5 × 50 g/kWh = 1.4 mg; embodied 1200 kg · 0.02 · 0.25 · 10 s ÷ (4 · 31,557,600 s) = 0.475 mg; total 1.875 mg.
        var (record, footprint) = Sample("shell");
        var text = Render(record, footprint, new TerminalCapabilities { Width = 120 });
        Assert.Contains("1.9 mg CO2e", text);
        Assert.Contains("28 mWh facility energy", text);
        Assert.Contains("10.0 s", text);
    }

    [Theory]
    [InlineData("shell", 80)]
    [InlineData("metered", 80)]
    [InlineData("troubled", 80)]
    [InlineData("shell", 60)]
    [InlineData("shell", 120)]
    public void A_run_without_stages_and_epochs_ends_with_five_lines_at_most(string sample, int width)
    {
        var (record, footprint) = Sample(sample);
        var lines = Render(record, footprint, new TerminalCapabilities { Width = width }).TrimEnd('\n').Split('\n');

        Assert.InRange(lines.Length, 4, width < 80 ? 6 : 5);
    }

    [Fact]
    public void The_bar_of_the_energy_adds_up_to_the_facility_energy()
    {
        // Shell run: PUE 1.5 adds a half to the IT energy, a third of the whole.
        var (record, footprint) = Sample("shell");
        var parts = EnergyBar.CreateParts(record, footprint);

        Assert.Equal(1, parts.Sum(part => part.Share), 1e-9);
        Assert.Equal(1 / 3d, parts.Single(part => part.Name == "overhead (PUE)").Share, 1e-9);
    }

    [Theory]
    [InlineData(new[] { 0.5, 0.33, 0.11, 0.06 }, 24)]
    [InlineData(new[] { 0.999, 0.0005, 0.0005 }, 8)]
    [InlineData(new[] { 1.0 }, 10)]
    public void Each_part_of_a_bar_has_a_cell_and_all_cells_are_given_out(double[] shares, int columns)
    {
        var cells = EnergyBar.Allocate(shares, columns);

        Assert.Equal(columns, cells.Sum());
        Assert.All(cells, count => Assert.True(count >= 1));
    }

    [Fact]
    public void The_facility_energy_of_a_stage_has_the_spread_of_its_PUE()
    {
        // Training run: PUE 1.5 (1.1–2.0) of an unknown building.
        var (_, footprint) = Sample("training");
        var stage = footprint.Stages[0];
        var bounds = RunHeadline.ComputeFacilityEnergyBounds(stage, footprint);

        Assert.Equal(stage.Energy.Value * 1.5, bounds.Best, 1e-12);
        Assert.Equal(bounds.Best, RunHeadline.GetFacilityEnergy(stage, footprint), 1e-12);
        Assert.True(bounds.High / bounds.Best > stage.Energy.Bounds.High / stage.Energy.Value);
    }

    [Fact]
    public void A_failed_run_shows_its_exit_code()
    {
        Assert.Contains("failed, exit code 137", RenderSample("troubled"));
    }

    [Fact]
    public void A_terminal_attack_in_names_reasons_and_warnings_is_disarmed()
    {
        var text = RenderSample("troubled");
        Assert.DoesNotContain('\u001b', text);
        Assert.DoesNotContain('\u0007', text);
        Assert.DoesNotContain('\u202E', text);
    }

    internal static (RunRecord Record, Footprint Footprint) Sample(string name)
    {
        var (record, factors) = name switch
        {
            "shell" => (SampleRuns.Shell(), SampleRuns.Factors()),
            "training" => (SampleRuns.Training(), SampleRuns.Factors()),
            "metered" => SampleRuns.Metered(),
            "troubled" => SampleRuns.Troubled(),
            _ => throw new ArgumentOutOfRangeException(nameof(name), name, "No such sample."),
        };
        return (record, SampleRuns.Account(record, factors));
    }

    static string RenderSample(string sample)
    {
        var (record, footprint) = Sample(sample);
        return Render(record, footprint, new TerminalCapabilities { Width = 100 });
    }

    static string Render(RunRecord record, Footprint footprint, TerminalCapabilities screen) =>
        Golden.TextOf(writer => RunSummaryText.Write(writer, record, footprint, screen));
}
