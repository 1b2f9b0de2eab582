using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Tonne.Reporting.Json;
using Tonne.Reporting.Markdown;
using Tonne.Reporting.Teaching;
using Tonne.Reporting.Terminal;
using Tonne.Runs;
using Tonne.Stopping;
using Tonne.Tests;
using Tonne.Tests.Architecture;

namespace Tonne.Reporting.Tests.Terminal;

/// <summary>Late epochs, series of epochs and steps on the screens, in the documents and in the advice.</summary>
public class SeriesScreensTests
{
    static readonly TerminalCapabilities _screen = new() { Width = 100 };

    [Fact]
    public void Late_epochs_show_no_energy_anywhere_and_no_advice_is_built_on_them()
    {
        var record = SampleRuns.Training();
        record = record with { Epochs = [.. record.Epochs.Select(epoch => epoch with { IsLate = true, Energy = [] })] };
        var footprint = SampleRuns.Account(record);

        var json = JsonNode.Parse(RunDocument.From(record, footprint).ToJson())!;
        Assert.All(json["epochs"]!.AsArray(), epoch =>
        {
            Assert.All(["started_at", "duration_s", "energy_kwh", "emissions_kg"], name => Assert.True(epoch!.AsObject().ContainsKey(name) && epoch[name] is null, name));
            Assert.NotNull(epoch!["metrics"]!["loss"]);
        });
        var rows = Text(writer => EpochTable.Write(writer, record, footprint, _screen, withObservations: false)).Split('\n').Where(line => line.Contains('–', StringComparison.Ordinal) && !line.Contains("unknown", StringComparison.Ordinal)).ToList();
        Assert.Equal(10, rows.Count);
        Assert.All(rows, row => Assert.DoesNotContain("Wh", row));
        Assert.Contains("| – |", MarkdownReport.Render(record, footprint));
        Assert.Null(StoppingAdvice.FromRun(record, footprint));
        Assert.Empty(StoppingAdvice.FromEachSeries(record, footprint));
        Assert.DoesNotContain("epochs", Insight.Describe(record, footprint));
        Assert.DoesNotContain(footprint.GetFigures(), figure => figure.Name.StartsWith("epochs.", StringComparison.Ordinal));
    }

    [Fact]
    public void Each_fold_has_its_own_advice_curve_and_observations()
    {
        // Two folds of the same ten epochs.
        var record = SampleRuns.Training();
        record = record with { Epochs = [.. record.Epochs, .. record.Epochs.Select(epoch => epoch with { StartSeconds = epoch.StartSeconds + 100 })] };
        var footprint = SampleRuns.Account(record);

        var advice = StoppingAdvice.FromEachSeries(record, footprint);
        Assert.Equal([(1, 10), (1, 10)], advice.Select(one => (one.Steps[0].Epoch, one.Steps[^1].Epoch)));
        Assert.Equal(StoppingAdvice.FromRun(SampleRuns.Training(), SampleRuns.Account(SampleRuns.Training()))!.Stop.Epoch, advice[0].Stop.Epoch);
        Assert.Equal(Observations.Describe(record).Take(10), Observations.Describe(record).Skip(10));
        var curve = Text(writer => LossCurve.Write(writer, record, _screen));
        Assert.Contains("series 1 of 2", curve);
        Assert.Contains("series 2 of 2", curve);
        Assert.Contains("In series 2 of 2, the last 5 of 10 epochs", Insight.Describe(record, footprint));
        var json = JsonNode.Parse(RunDocument.From(record, footprint).ToJson())!;
        Assert.Equal([1, 2], json["series"]!.AsArray().Select(one => (int)one!["number"]!));
        Assert.Equal([1, 2], json["epochs"]!.AsArray().Select(one => (int)one!["series"]!).Distinct());
    }

    [Fact]
    public void A_resumed_training_is_not_at_its_start()
    {
        var record = SampleRuns.Training();
        record = record with { Epochs = [.. record.Epochs.Skip(5)] };
        var footprint = SampleRuns.Account(record);

        Assert.DoesNotContain("at the start", string.Join('\n', Observations.Describe(record)));
        Assert.StartsWith("training was resumed here", Observations.Describe(record)[0]);
        Assert.Contains("The training was resumed: the epochs before 6 are not included.", StoppingAdvice.FromRun(record, footprint)!.ToSentences());
        Assert.True((bool)JsonNode.Parse(RunDocument.From(record, footprint).ToJson())!["series"]![0]!["resumed"]!);
    }

    [Fact]
    public void Steps_show_their_energy_per_step_and_per_token()
    {
        var record = Steps();
        var footprint = SampleRuns.Account(record);

        var json = JsonNode.Parse(RunDocument.From(record, footprint).ToJson())!["series"]![0]!;
        Assert.Equal(("steps", 100, 1100, 1000, 4000d), ((string)json["kind"]!, (int)json["first"]!, (int)json["last"]!, (int)json["count"]!, (double)json["tokens"]!));
        var energy = (double)json["energy_kwh"]!["value"]!;
        Assert.True(energy > 0);
        Assert.Equal(energy * 3.6e6 / 1000, (double)json["energy_j_per_step"]!["value"]!, 1e-9);
        Assert.Equal(energy * 3.6e6 / 4000, (double)json["energy_j_per_token"]!["value"]!, 1e-9);
        Assert.Equal(energy, json["spans"]!.AsArray().Sum(span => (double)span!["energy_kwh"]!), 1e-12);
        Assert.Empty(PublishedSchema.FindProblems(
            JsonNode.Parse(RunDocument.From(record, footprint).ToJson())!, JsonNode.Parse(File.ReadAllText(Path.Combine(Repository.Root, "docs", "formats", "tonne.run.schema.json")))!));
        foreach (var screen in new[] { Text(writer => RunSummaryText.Write(writer, record, footprint, _screen)), Text(writer => RunReport.Write(writer, record, footprint, _screen)) })
        {
            Assert.Contains("100 to 1,100", screen);
            Assert.Contains("per step", screen);
            Assert.Contains("per token", screen);
            Assert.Contains("loss 3 to 1", string.Join(' ', screen.Split([' ', '\n'], StringSplitOptions.RemoveEmptyEntries)));
        }
    }

    [Fact]
    public void Late_steps_show_no_energy()
    {
        var record = Steps() with { StepSeries = [Steps().StepSeries![0] with { Spans = [] }] };
        var footprint = SampleRuns.Account(record);

        var json = JsonNode.Parse(RunDocument.From(record, footprint).ToJson())!["series"]![0]!;
        Assert.True(json["energy_kwh"] is null && json["energy_j_per_step"] is null && json["duration_s"] is null);
        Assert.Contains("energy –", Text(writer => RunSummaryText.Write(writer, record, footprint, _screen)));
    }

    /// <summary>1,000 steps and 4,000 tokens in two spans.</summary>
    static RunRecord Steps()
    {
        var record = SampleRuns.Training();
        ImmutableArray<StepSpanRecord> spans =
        [
            new(600, 40, 2000, Loss(2), record.Epochs[0].Energy),
            new(1100, 40, 2000, Loss(1), record.Epochs[1].Energy),
        ];
        return record with { Epochs = [], StepSeries = [new StepSeriesRecord(100, 1100, 5, Loss(3), spans)] };
    }

    static Dictionary<string, double> Loss(double loss) => new() { ["loss"] = loss };

    static string Text(Action<TextWriter> write)
    {
        using var writer = new StringWriter { NewLine = "\n" };
        write(writer);
        return writer.ToString().Replace('\u00A0', ' ');
    }
}
