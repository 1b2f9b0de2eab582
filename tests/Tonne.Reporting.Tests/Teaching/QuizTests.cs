using System.Text.RegularExpressions;
using Tonne.Formatting;
using Tonne.Reporting.Teaching;
using Tonne.Reporting.Terminal;
using Tonne.Tests;

namespace Tonne.Reporting.Tests.Teaching;

public class QuizTests
{
    [Fact]
    public void The_first_question_is_what_became_of_the_datas_size()
    {
        var record = SampleRuns.Training();
        var quiz = Quiz.Create(record, SampleRuns.Account(record, SampleRuns.Factors(50)));

        // The stage load takes in 1,797 rows and gives out 1,437: 360 fewer, 20 %.
        Assert.Equal("What happened to the data's size in preprocessing, and why?", quiz[0].Question);
        Assert.Contains("from 1,797 to 1,437 rows", quiz[0].Options[quiz[0].CorrectOption]);
        Assert.Contains("360 (20 %) were removed", quiz[0].Reason);
    }

    [Fact]
    public void Of_several_stages_that_remove_rows_the_one_that_removes_most_is_asked_for()
    {
        var record = SampleRuns.Training() with
        {
            Stages =
            [
                new("collect", 0, 1, new(1010, 10), new(1000, 10), []),
                new("clean", 1, 1, new(1000, 10), new(950, 10), []),
                new("train", 2, 1, new(950, 512), new(12, 262_656), []),
            ],
        };

        var quiz = Quiz.Create(record, SampleRuns.Account(SampleRuns.Training(), SampleRuns.Factors(50)));

        Assert.Contains("from 1,000 to 950 rows", quiz[0].Options[quiz[0].CorrectOption]);
    }

    [Fact]
    public void Every_run_has_three_questions_of_four_different_options_and_the_same_again()
    {
        foreach (var record in new[] { SampleRuns.Training(), SampleRuns.Shell() })
        {
            var footprint = SampleRuns.Account(record, SampleRuns.Factors(50));
            var (first, second) = (Quiz.Create(record, footprint), Quiz.Create(record, footprint));

            Assert.Equal(3, first.Length);
            Assert.Equal(first.Select(item => (item.Question, item.CorrectOption)), second.Select(item => (item.Question, item.CorrectOption)));
            Assert.All(first, item => Assert.Equal(4, item.Options.Distinct().Count()));
            Assert.All(first, item => Assert.InRange(item.CorrectOption, 0, 3));
        }
    }

    [Fact]
    public void The_trace_ends_in_our_own_two_stages_from_samples_to_energy_and_from_energy_to_emissions()
    {
        var record = SampleRuns.Training();
        var footprint = SampleRuns.Account(record, SampleRuns.Factors(50));
        var rows = PipelineTrace.CreateRows(record, footprint);

        Assert.Equal(["measure", "account"], rows.Where(row => row.Own).Select(row => row.Name));
        Assert.Equal(rows[^2].Out, DisplayValue.Format(footprint.Energy.Value, footprint.Energy.Unit));
        Assert.Equal(rows[^1].Out, DisplayValue.Format(footprint.Operational.Value, footprint.Operational.Unit));
        // Energy and emissions of one row have one boundary: facility energy times the intensity of the grid.
        var kilogramsPerKilowattHour = footprint.Factors.Grid.Intensity.Bounds.Best / 1000;
        Assert.All(rows, row => Assert.Equal((row.EnergyKwh ?? 0) * kilogramsPerKilowattHour, row.EmissionsKg ?? 0, 15));
        var page = new StringWriter();
        PipelineTrace.Write(page, record, footprint, new TerminalCapabilities { Width = 120 });
        Assert.Matches(new Regex("insight", RegexOptions.None, TimeSpan.FromSeconds(1)), page.ToString());
    }
}
