using System.Text.Json;
using Tonne.Runs;

namespace Tonne.Tests.Runs;

public class EpochSeriesTests
{
    [Fact]
    public void Folds_models_and_a_resumed_training_are_series()
    {
        // Two folds of two epochs, another stage, and a training resumed at epoch 6.
        var epochs = new[] { (1, "a"), (2, "a"), (1, "a"), (2, "a"), (3, "b"), (6, "a"), (7, "a") }.Select(one => new EpochRecord(one.Item1, one.Item2, 0, 1, new Dictionary<string, double>(), [])).ToList();

        Assert.Equal(
            [(0, 2, false), (2, 2, false), (4, 1, true), (5, 2, true)],
            EpochSeries.Split(epochs).Select(series => (series.From, series.Count, series.IsResumed)));
        Assert.Equal(5, EpochSeries.FindLongest(EpochSeries.Split(epochs))!.Value.From);
        Assert.Empty(EpochSeries.Split([]));
        Assert.Null(EpochSeries.FindLongest([]));
    }

    [Fact]
    public void Numbers_from_0_or_1_are_at_the_start() =>
        Assert.All(new[] { 0, 1 }, first => Assert.False(Assert.Single(EpochSeries.Split([new(first, "a", 0, 1, new Dictionary<string, double>(), [])])).IsResumed));

    [Fact]
    public void A_record_of_before_late_marks_and_steps_is_still_read()
    {
        // The fields of version 0.1.
        var epoch = JsonSerializer.Deserialize<EpochRecord>("""{ "number": 1, "stage": "(outside)", "startSeconds": 0, "durationSeconds": 2, "metrics": {}, "energy": [] }""", RunJson.Default.Options)!;
        var record = JsonSerializer.Deserialize(JsonSerializer.Serialize(SampleRuns.Training(), RunJson.Default.RunRecord), RunJson.Default.RunRecord)!;

        Assert.False(epoch.IsLate);
        Assert.Null(record.StepSeries);
        Assert.DoesNotContain("isLate", JsonSerializer.Serialize(SampleRuns.Training(), RunJson.Default.RunRecord), StringComparison.Ordinal);
    }
}
