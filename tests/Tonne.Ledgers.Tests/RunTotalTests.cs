using Tonne.Accounting;
using Tonne.Quantities;
using Tonne.Runs;

namespace Tonne.Ledgers.Tests;

/// <summary>By definition (the outermost run has the energy of what runs in it) a total counts each joule once.</summary>
public class RunTotalTests
{
    static readonly DateTimeOffset _start = new(2026, 11, 22, 5, 0, 0, TimeSpan.Zero);

    static RunSummary Run(string id, double at, double seconds, double kilowattHours, string? parent = null, RunStatus status = RunStatus.Completed) => new()
    {
        Id = id,
        Name = id,
        Parent = parent,
        Status = status,
        StartedAt = _start.AddSeconds(at),
        DurationSeconds = seconds,
        FacilityEnergy = Figure(kilowattHours),
        Total = Figure(kilowattHours / 2),
    };

    static StatedFigure Figure(double value) => new("", "", "", new Bounds(value / 2, value, value * 2), Quality.Measured, 1);

    [Fact]
    public void Runs_beside_each_other_add_up_with_their_bounds()
    {
        var total = RunTotal.Of([Run("a", 0, 10, 1), Run("b", 5, 10, 2)]);

        Assert.Equal((2, new Bounds(1.5, 3, 6), new Bounds(0.75, 1.5, 3)), (total.Runs, total.FacilityEnergy, total.Emissions));
        Assert.Empty(total.Nested);
    }

    [Fact]
    public void Runs_inside_a_run_count_once_at_any_depth_and_in_any_order()
    {
        RunSummary[] runs = [Run("outer", 0, 100, 5), Run("inner", 10, 50, 3, "outer"), Run("innermost", 20, 10, 1, "inner"), Run("other", 0, 100, 7)];

        foreach (var order in new[] { runs, [.. runs.Reverse()] })
        {
            var total = RunTotal.Of(order);
            Assert.Equal((2, 12.0), (total.Runs, total.FacilityEnergy!.Value.Best));
            Assert.Equal(["inner", "innermost"], total.Nested.Order(StringComparer.Ordinal));
        }
    }

    [Fact]
    public void A_run_whose_outer_run_is_not_counted_or_had_ended_counts_itself()
    {
        Assert.Equal(3, RunTotal.Of([Run("inner", 10, 50, 3, "outer")]).FacilityEnergy!.Value.Best);
        Assert.Equal(8, RunTotal.Of([Run("outer", 0, 100, 5), Run("later", 101, 50, 3, "outer")]).FacilityEnergy!.Value.Best);
        var running = Run("outer", 0, 100, 5, status: RunStatus.Running) with { DurationSeconds = null, FacilityEnergy = null, Total = null };
        Assert.Equal(3, RunTotal.Of([running, Run("inner", 10, 50, 3, "outer")]).FacilityEnergy!.Value.Best);
    }

    [Fact]
    public void A_total_of_nothing_is_unknown_and_one_of_the_largest_numbers_is_a_number()
    {
        Assert.Null(RunTotal.Of([]).FacilityEnergy);
        var total = RunTotal.Of([Run("a", 0, 1, 8e307), Run("b", 0, 1, 8e307), Run("c", 0, 1, 8e307)]);
        Assert.True(double.IsFinite(total.FacilityEnergy!.Value.High));
    }
}
