using Tonne.Hardware;
using Tonne.Quantities;
using Tonne.Recording.Attribution;
using Tonne.Runs;

namespace Tonne.Recording.Tests.Attribution;

public class EnergyAllocatorTests
{
    const long Second = 1_000_000_000;

    // By hand: of the six seconds from 3 s to 9 s one lies in the first stage and five in the second; 600 J are 100 J and 500 J.
    [Fact]
    public void Energy_that_spans_two_stages_goes_to_each_by_the_time_it_covers()
    {
        var stages = Allocate().BuildStages();

        Assert.Equal(["load", "train"], stages.Select(stage => stage.Name));
        Assert.Equal([100_000_000L, 500_000_000L], stages.Select(stage => Assert.Single(stage.Energy).Microjoules));
    }

    // By hand: 240 thread·s over the same six seconds are 40 and 200; divided equally they would be 120 each.
    [Fact]
    public void Amounts_that_span_two_stages_are_divided_by_time_as_the_energy_is()
    {
        var amounts = Allocate().BuildStages().Select(stage => Assert.Single(Assert.Single(stage.Energy).Amounts)).ToList();

        Assert.Equal(40, amounts[0].Amount, 1e-9);
        Assert.Equal(200, amounts[1].Amount, 1e-9);
    }

    // By hand: the quarter of an hour ends 4 s after the start, so that one second of six lies before it.
    [Fact]
    public void Energy_that_spans_a_quarter_of_an_hour_goes_to_each_by_the_time_it_covers()
    {
        var quarters = Allocate([]).BuildQuarterHours();

        Assert.Equal([100_000_000L, 500_000_000L], quarters.Select(quarter => Assert.Single(quarter.Energy).Microjoules));
    }

    /// <summary>Stages from 0 s and from 4 s.</summary>
    static EnergyAllocator Allocate() => Allocate([new(MarkKind.Stage, 0, "load"), new(MarkKind.Stage, 4 * Second, "train")]);

    /// <summary>600 J and 240 thread·s from 3 s to 9 s of a run of 10 s that begins 4 s before a quarter of an hour.</summary>
    static EnergyAllocator Allocate(Mark[] marks)
    {
        var allocator = new EnergyAllocator(new Timeline(marks, 10 * Second), new DateTimeOffset(2026, 3, 1, 11, 59, 56, TimeSpan.Zero));
        var energy = new Microjoules(600_000_000);
        allocator.Add(Component.Cpu, null, 3 * Second, 9 * Second, energy, [new RatedAmount("cpu/busy", 240)]);
        return allocator;
    }
}
