using System.Collections.Immutable;
using Tonne.Lab.DataSelection;
using Tonne.Lab.Featurizing;
using Tonne.Lab.NeuralNetworks;
using Tonne.Lab.Tests.Compression;
using Tonne.Lab.Tests.EnergyEstimation;
using Tonne.Lab.Training;
using Tonne.Tests;

namespace Tonne.Lab.Tests.DataSelection;

public sealed class SelectingTests
{
    static readonly Trainer Trainer = new(new HandTime());

    [Fact]
    public void A_row_that_came_before_is_not_new_and_the_same_numbers_in_another_class_are()
    {
        var examples = new InMemoryExamples(2, ["a", "b"], [1, 2, 3, 4, 1, 2, 1, 2, 3, 4], [0, 0, 0, 1, 0]);

        Assert.Equal([0, 1, 3], RowSelector.FindDistinct(examples));
        Assert.Equal(3, new RowSelector(examples, Trainer).Rank(SelectionStrategy.Varied).Count);
    }

    [Fact]
    public void Each_row_is_the_farthest_from_those_before_it()
    {
        // On a line at 0, 1, 2, 10, 6.5: 10 is farthest from 0; 6.5 is 3.5 from 10, 2 is 2 from 0; then 2, then 1.
        Assert.Equal([0, 3, 4, 2, 1], RowSelector.OrderFarthestFirst([0, 1, 2, 10, 6.5f], 1));

        // In a plane, more numbers than a vector holds besides: only the last two differ.
        var points = new float[3 * 40];
        (points[40 + 38], points[80 + 39]) = (3, 4);
        Assert.Equal([0, 2, 1], RowSelector.OrderFarthestFirst(points, 40));
    }

    [Theory]
    [InlineData(SelectionStrategy.Chance)]
    [InlineData(SelectionStrategy.Varied)]
    [InlineData(SelectionStrategy.Margin)]
    [InlineData(SelectionStrategy.Forgetting)]
    public void A_part_holds_as_much_of_each_class_as_the_whole_and_a_larger_part_holds_the_smaller(SelectionStrategy way)
    {
        // 600, 300 and 100 rows of three classes.
        var examples = new InMemoryExamples(Clouds.Inputs, ["a", "b", "c"], Clouds.Values(Clouds.Rows(Clouds.Inputs, 3, 1000)), [.. Enumerable.Range(0, 1000).Select(row => row % 10 < 6 ? 0 : row % 10 < 9 ? 1 : 2)]);

        var order = new RowSelector(examples, Trainer).Rank(way);
        var (few, more) = (order.Take(0.1), order.Take(0.35));

        Assert.Equal([60, 30, 10], Enumerable.Range(0, 3).Select(label => Enumerable.Range(0, few.Count).Count(row => few.GetLabel(row) == label)));
        Assert.Equal([210, 105, 35], Enumerable.Range(0, 3).Select(label => Enumerable.Range(0, more.Count).Count(row => more.GetLabel(row) == label)));
        Assert.Empty(few.Rows.Except(more.Rows));
        Assert.Equal(few.Rows, new RowSelector(examples, Trainer).Rank(way).Take(0.1).Rows);
    }

    [Theory]
    [InlineData(SelectionStrategy.Margin)]
    [InlineData(SelectionStrategy.Forgetting)]
    public void Rows_that_are_hard_come_first(SelectionStrategy way)
    {
        // Every twentieth row has the label of another cloud: nothing is harder.
        var clouds = Clouds.Rows(Clouds.Inputs, 3, 3000);
        var examples = new InMemoryExamples(Clouds.Inputs, clouds.Classes, Clouds.Values(clouds), [.. Enumerable.Range(0, 3000).Select(row => row % 20 == 0 ? (clouds.GetLabel(row) + 1) % 3 : clouds.GetLabel(row))]);

        var chosen = new RowSelector(examples, Trainer).Rank(way).Take(0.1);

        Assert.True(chosen.Rows.Count(row => row % 20 == 0) > 120, $"{chosen.Rows.Count(row => row % 20 == 0)} of 150 wrong labels are among the 300 first");
    }

    [Fact]
    public void Accuracy_and_cost_are_reported_for_all_rows_and_for_each_part_and_for_all_rows_stopped()
    {
        var (train, test) = Clouds.Made();
        var heard = new RecordedProgress();
        var calls = 0;

        // The clock of the CPU moves 1 s with each look: training takes 1 s, choosing takes 1 s; so no part takes less than all rows do, and none is stopped.
        var points = new SelectionCurve(Trainer, () => TimeSpan.FromSeconds(calls++), Prices.Price(), heard)
            .Measure(new NetworkShape(Clouds.Inputs, 3) { Width = 16, Layers = 2 }, train, Clouds.Rows(Clouds.Inputs, 3, 100, 8), test, [SelectionStrategy.Varied], Clouds.Plan);

        Assert.Equal([900, 90, 180, 270, 450, 630, 900], points.Select(point => point.Rows));
        Assert.Equal([false, false, false, false, false, false, true], points.Select(point => point.Stopped));
        Assert.Equal(TimeSpan.FromSeconds(1), points[0].TotalTime);
        Assert.All(points.Skip(1).SkipLast(1), point => Assert.Equal(TimeSpan.FromSeconds(2), point.TotalTime));
        Assert.All(points, point => Assert.InRange(point.Imbalance, 0, 0.01));
        Assert.True(points[0].Score.Accuracy > 0.9 && points[^1].Score.Accuracy > 0.9);
        Assert.All(points, point => Assert.True(point.WorstClassAccuracy <= point.Score.Accuracy));
        Assert.Equal(["train", "judge", "choose"], heard.Stages.Distinct());
    }

    [Fact]
    public void The_best_part_is_trained_again_and_stopped_where_it_takes_less_than_all_rows_do()
    {
        var (train, test) = Clouds.Made();
        var cpu = TimeSpan.Zero;

        // Each row looked at takes 1 ms.
        var rows = new CostlyRows(train, () => cpu += TimeSpan.FromMilliseconds(1));
        var points = new SelectionCurve(Trainer, () => cpu, Prices.Price(), new RecordedProgress())
            .Measure(new NetworkShape(Clouds.Inputs, 3) { Width = 16, Layers = 2 }, rows, Clouds.Rows(Clouds.Inputs, 3, 100, 8), test, [SelectionStrategy.Chance], Clouds.Plan with { Epochs = 12 });

        var best = SelectionCurve.FindBest([.. points.Take(6)])!;
        Assert.True(best.Share < 1);
        Assert.Equal([(1, true), (best.Share, true)], points.Skip(6).Take(2).Select(point => (point.Share, point.Stopped)));
        Assert.True(points[6].Epochs < 12, $"{points[6].Epochs} epochs of clouds that three separate");
        Assert.True(points[6].TotalTime < points[0].TotalTime);
    }

    [Fact]
    public void A_training_is_stopped_after_as_many_epochs_without_enough_gain_as_there_is_patience()
    {
        var seconds = 0;
        var rule = new EarlyStopping(Prices.Price(), () => TimeSpan.FromSeconds(seconds++), 2);

        // Each epoch takes 1 s. After epoch 3 the mean gain is 0.41 ÷ 2 s and a tenth of it 0.0205 a second: epoch 3 brought 0.01, so the stop lies after epoch 2.
        // After epoch 4 it is 0.41 ÷ 3 s and 0.0137 a second: likewise, and now two epochs lie behind it.
        Assert.Equal([false, false, false, true], new[] { 0.50, 0.90, 0.91, 0.91 }.Select((accuracy, index) =>
            rule.ShouldStop(new EpochResult(index + 1, 0.5, accuracy, new Score(100, 0.5, accuracy, []), 0.001, index + 1, TimeSpan.Zero, TimeSpan.Zero))));
    }

    /// <summary>Rows that cost something to look at.</summary>
    sealed class CostlyRows(IExamples rows, Action looked) : IExamples
    {
        public int Count => rows.Count;

        public int Width => rows.Width;

        public ImmutableArray<string> Classes => rows.Classes;

        public int GetLabel(int row) => rows.GetLabel(row);

        public void CopyRow(int row, Span<float> to)
        {
            looked();
            rows.CopyRow(row, to);
        }
    }
}
