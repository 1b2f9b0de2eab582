using Tonne.Hardware;
using Tonne.Runs;
using static Tonne.Recording.Tests.Attribution.ScriptedTrace;

namespace Tonne.Recording.Tests.Attribution;

/// <summary>Steps where the program printed no epochs.</summary>
public class StepSeriesTests
{
    [Fact]
    public void A_series_has_the_energy_and_the_tokens_between_its_first_and_its_last_step()
    {
        // One thread at 5 W: 10 steps of 1,000 tokens from second 2 to 4, 30 from 4 to 10. The 2 s before are the start.
        var record = Modelled().Sample(0, 0, 0).Mark(2, Step(10, 3, 0)).Mark(4, Step(20, 2, 10_000)).Mark(10, Step(50, 1, 40_000)).Sample(12, 12, 12).End(12).Record();

        var series = Assert.Single(record.StepSeries!);
        Assert.Equal((10, 50, 40, 8d, 2d, 40_000d), (series.FirstStep, series.LastStep, series.Steps, series.DurationSeconds, series.StartSeconds, series.Tokens));
        Assert.Equal([(20, 10_000_000L), (50, 30_000_000L)], series.Spans.Select(span => (span.LastStep, Cpu(span))));
        Assert.Equal((3d, 1d), (series.FirstMetrics["loss"], series.Spans[^1].Metrics["loss"]));
        Assert.DoesNotContain("tokens", series.Spans[0].Metrics.Keys);
    }

    [Fact]
    public void Long_series_keep_64_spans_and_all_of_their_energy()
    {
        var trace = Modelled().Sample(0, 0, 0);
        for (var step = 1; step <= 3000; step++)
            trace.Mark(step, Step(step * 100, 3, step * 1000));
        var series = Assert.Single(trace.Sample(3000, 3000, 3000).End(3000).Record().StepSeries!);

        Assert.Equal(StepSeriesRecord.MaxSpans, series.Spans.Length);
        // 2,999 s of one thread at 5 W.
        Assert.Equal(2999 * 5_000_000L, series.Spans.Sum(Cpu));
        Assert.Equal((100, 300_000, 2_999_000d), (series.FirstStep, series.LastStep, series.Tokens));
    }

    [Fact]
    public void Steps_read_at_once_have_no_energy()
    {
        var record = Modelled().Sample(0, 0, 0).Mark(5, Step(1, 3, 0)).Mark(5, Step(100, 2, 1000)).Sample(6, 6, 6).End(6).Record();

        Assert.Empty(Assert.Single(record.StepSeries!).Spans);
        Assert.Contains(record.Warnings, warning => warning.Code == "output-buffered");
    }

    [Fact]
    public void Where_there_are_epochs_steps_are_none()
    {
        var record = Modelled().Sample(0, 0, 0).Mark(1, Step(1, 3, 0)).Mark(2, Step(2, 3, 0)).Mark(3, new Mark(MarkKind.Epoch, 0, Number: 1)).Sample(6, 6, 6).End(6).Record();

        Assert.Null(record.StepSeries);
        Assert.Single(record.Epochs);
    }

    [Fact]
    public void Numbers_that_fall_begin_another_series_and_one_step_is_none()
    {
        var record = Modelled().Sample(0, 0, 0).Mark(1, Step(1, 3, 0)).Mark(2, Step(9, 3, 0)).Mark(3, Step(1, 3, 0)).Mark(4, Step(5, 3, 0)).Mark(5, Step(1, 3, 0))
            .Sample(6, 6, 6).End(6).Record();

        Assert.Equal([(1, 9), (1, 5)], record.StepSeries!.Select(series => (series.FirstStep, series.LastStep)));
    }

    static long Cpu(StepSpanRecord span) => span.Energy.Single(use => use.Component == Component.Cpu).Microjoules;

    static Mark Step(int number, double loss, double tokens) =>
        new(MarkKind.Step, 0, Number: number, Metrics: new Dictionary<string, double> { ["loss"] = loss, ["tokens"] = tokens }, Origin: MarkOrigin.Pattern);
}
