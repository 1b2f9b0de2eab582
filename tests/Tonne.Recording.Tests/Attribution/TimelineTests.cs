using Tonne.Recording.Attribution;
using Tonne.Runs;

namespace Tonne.Recording.Tests.Attribution;

public class TimelineTests
{
    [Fact]
    public void Where_the_program_marks_its_epochs_recognised_lines_say_nothing()
    {
        var timeline = new Timeline(
            [
                Epoch(10, 0, MarkOrigin.Mark, ("loss", 0.9)), Epoch(11, 1, MarkOrigin.Pattern, ("loss", 0.8)),
                Epoch(20, 1, MarkOrigin.Mark, ("loss", 0.7)), Epoch(21, 1, MarkOrigin.Pattern, ("loss", 0.65), ("accuracy", 0.5)),
                new Mark(MarkKind.EpochBegin, 25, Number: 9, Origin: MarkOrigin.Pattern),
            ],
            30);

        // The lines count from 1 and the marks from 0, so even a line with the number of the epoch just ended may be of another.
        Assert.Equal([(0, 0L, 10L), (1, 10L, 20L)], timeline.Epochs.Select(epoch => (epoch.Number, epoch.From, epoch.To)));
        Assert.Equal(new Dictionary<string, double> { ["loss"] = 0.9 }, timeline.Epochs[0].Metrics);
        Assert.Equal(new Dictionary<string, double> { ["loss"] = 0.7 }, timeline.Epochs[1].Metrics);
    }

    [Fact]
    public void Recognised_lines_are_sorted_into_their_stages_though_they_come_late()
    {
        var timeline = new Timeline(
            [
                new Mark(MarkKind.Stage, 5, "train"), new Mark(MarkKind.EpochBegin, 6, Number: 1, Origin: MarkOrigin.Pattern), new Mark(MarkKind.Stage, 20, "test"),
                Epoch(18, 1, MarkOrigin.Pattern, ("loss", 0.5)),
            ],
            30);

        var epoch = Assert.Single(timeline.Epochs);
        Assert.Equal(("train", 6L, 18L), (epoch.Stage, epoch.From, epoch.To));
    }

    static Mark Epoch(long at, int number, MarkOrigin origin, params (string Name, double Value)[] metrics) =>
        new(MarkKind.Epoch, at, Number: number, Metrics: metrics.ToDictionary(metric => metric.Name, metric => metric.Value), Origin: origin);
}
