using Tonne.Hardware;
using Tonne.Runs;
using static Tonne.Recording.Tests.Attribution.ScriptedTrace;

namespace Tonne.Recording.Tests.Attribution;

/// <summary>Lines of a buffered output are read long after they were true.</summary>
public class LateMarksTests
{
    [Fact]
    public void Epochs_read_at_once_keep_their_metrics_and_have_no_energy()
    {
        // Three epochs of 3 s each, and Python writes its lines when it ends.
        var record = Record(9, (9, 1), (9, 2), (9, 3));

        Assert.Equal([1, 2, 3], record.Epochs.Select(epoch => epoch.Number));
        Assert.All(record.Epochs, epoch => Assert.True(epoch.IsLate && epoch.Energy.IsEmpty && epoch.Metrics["loss"] == 1d / epoch.Number));
        var warning = Assert.Single(record.Warnings, warning => warning.Code == "output-buffered");
        Assert.Contains("all 3 epochs", warning.Text);
        Assert.Contains("PYTHONUNBUFFERED=1", warning.Remedy);
        Assert.Contains("python -u", warning.Remedy);
        // The run keeps all of its energy: 9 s of one busy thread at 5 W.
        Assert.Equal(45_000_000, record.Components.Single(part => part.Component == Component.Cpu).JobMicrojoules);
    }

    [Fact]
    public void Epochs_read_one_by_one_have_their_energy()
    {
        var record = Record(9, (3, 1), (6, 2), (9, 3));

        Assert.All(record.Epochs, epoch => Assert.Equal((false, 15_000_000L), (epoch.IsLate, epoch.Energy.Single(use => use.Component == Component.Cpu).Microjoules)));
        Assert.DoesNotContain(record.Warnings, warning => warning.Code == "output-buffered");
    }

    [Fact]
    public void A_stream_that_comes_in_blocks_is_late_as_a_whole() =>
        // Each block of the buffer holds two or three epochs, and the last one a single epoch.
        Assert.All(Record(11, (4, 1), (4, 2), (6, 3), (6, 4), (10, 5), (10, 6), (10, 7), (11, 8)).Epochs, epoch => Assert.True(epoch.IsLate));

    [Fact]
    public void A_burst_after_a_silence_is_late_even_if_each_line_was_read_by_itself() =>
        // 60 s of silence, then twenty lines 2 ms apart.
        Assert.All(Record(61, [.. Enumerable.Range(1, 20).Select(i => (60 + (i * 0.002), i))]).Epochs, epoch => Assert.True(epoch.IsLate));

    [Fact]
    public void Short_epochs_after_a_long_start_are_not_late()
    {
        // 2 s of imports, then 200 epochs of 5 ms; and 60 s of loading, then 10 epochs of 0.2 s.
        Assert.All(Record(4, [.. Enumerable.Range(1, 200).Select(i => (2 + (i * 0.005), i))]).Epochs, epoch => Assert.False(epoch.IsLate));
        Assert.All(Record(63, [.. Enumerable.Range(1, 10).Select(i => (60 + (i * 0.2), i))]).Epochs, epoch => Assert.False(epoch.IsLate));
    }

    [Fact]
    public void Two_lines_that_were_read_together_once_make_only_their_neighbours_late()
    {
        var record = Record(20, [.. Enumerable.Range(1, 20).Select(i => (i == 7 ? 8d : i, i))]);

        // The begin of epoch 9 is the end of 8, which is known; but 7 and 8 share an end.
        Assert.Equal([7, 8, 9], record.Epochs.Where(epoch => epoch.IsLate).Select(epoch => epoch.Number));
    }

    [Fact]
    public void An_epoch_whose_heading_and_losses_came_together_is_late()
    {
        var record = Modelled().Sample(0, 0, 0)
            .Mark(5, new Mark(MarkKind.EpochBegin, 0, Number: 1, Origin: MarkOrigin.Pattern)).Mark(5, Epoch(1)).Sample(6, 6, 6).End(6).Record();

        Assert.True(Assert.Single(record.Epochs).IsLate);
    }

    [Fact]
    public void Marks_of_the_program_are_never_late()
    {
        var trace = Modelled().Sample(0, 0, 0);
        foreach (var number in new[] { 1, 2, 3 })
            trace.Mark(5, Epoch(number) with { Origin = MarkOrigin.Mark });

        Assert.All(trace.Sample(6, 6, 6).End(6).Record().Epochs, epoch => Assert.False(epoch.IsLate));
    }

    [Fact]
    public void Stages_read_at_the_end_have_no_time_and_their_energy_is_outside()
    {
        var trace = Modelled().Sample(0, 0, 0);
        foreach (var name in new[] { "clean", "train", "test" })
            trace.Mark(9.99, new Mark(MarkKind.Stage, 0, name, Origin: MarkOrigin.Pattern));
        var record = trace.Sample(10, 10, 10).End(10).Record();

        Assert.Equal(["clean", "train", "test", StageRecord.Outside], record.Stages.Select(stage => stage.Name));
        Assert.All(record.Stages[..3], stage => Assert.True(stage.IsLate && stage.Energy.IsEmpty));
        Assert.Equal(50_000_000, record.Stages[3].Energy.Single(use => use.Component == Component.Cpu).Microjoules);
        Assert.Contains(record.Warnings, warning => warning.Code == "output-buffered" && warning.Text.Contains("3 stages", StringComparison.Ordinal));
    }

    [Fact]
    public void Stages_read_at_the_exit_of_the_program_are_late_though_the_exit_takes_a_while()
    {
        var trace = Modelled().Sample(0, 0, 0);
        foreach (var name in new[] { "clean", "train", "test" })
            trace.Mark(1.6, new Mark(MarkKind.Stage, 0, name, Origin: MarkOrigin.Pattern));

        Assert.Equal(3, trace.Sample(1.8, 1.8, 1.8).End(1.8).Record().Stages.Count(stage => stage.IsLate));
    }

    [Fact]
    public void A_stage_that_begins_right_after_another_is_not_late()
    {
        var record = Modelled().Sample(0, 0, 0)
            .Mark(2, new Mark(MarkKind.Stage, 0, "load", Origin: MarkOrigin.Pattern)).Mark(2.0005, new Mark(MarkKind.Stage, 0, "train", Origin: MarkOrigin.Pattern))
            .Sample(10, 10, 10).End(10).Record();

        Assert.All(record.Stages, stage => Assert.False(stage.IsLate));
    }

    static Mark Epoch(int number) =>
        new(MarkKind.Epoch, 0, Number: number, Metrics: new Dictionary<string, double> { ["loss"] = 1d / number }, Origin: MarkOrigin.Pattern);

    /// <summary>A run of one busy thread whose epochs were read at the given times.</summary>
    static RunRecord Record(double end, params (double At, int Number)[] epochs)
    {
        var trace = Modelled().Sample(0, 0, 0);
        foreach (var (at, number) in epochs)
            trace.Mark(at, Epoch(number));
        return trace.Sample(end, end, end).End(end).Record();
    }
}
