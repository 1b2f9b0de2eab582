using Tonne.Hardware;
using Tonne.Quantities;
using Tonne.Recording.Attribution;
using Tonne.Runs;

namespace Tonne.Recording.Tests.Attribution;

public class EnergyAllocatorTests
{
    const long Second = 1_000_000_000;

    static readonly DateTimeOffset _noon = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

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
    public void Energy_across_a_quarter_hour_is_divided_by_the_time_on_each_side()
    {
        var quarters = Allocate([]).BuildQuarterHours();

        Assert.Equal([100_000_000L, 500_000_000L], quarters.Select(quarter => Assert.Single(quarter.Energy).Microjoules));
    }

    // By hand: of 6 s with 100 J each, "load" has 3 s to 4 s before the quarter hour, "train" 4 s to 6 s and "load" again from 6 s on after it.
    [Fact]
    public void A_stage_that_comes_again_has_the_quarter_hours_of_all_its_parts()
    {
        var stages = Allocate([new(MarkKind.Stage, 0, "load"), new(MarkKind.Stage, 4 * Second, "train"), new(MarkKind.Stage, 6 * Second, "load")]).BuildStages();

        Assert.Equal([(_noon.AddMinutes(-15), 100_000_000L), (_noon, 300_000_000L)], stages[0].QuarterHours!.Select(part => (part.Start, part.Microjoules)));
        Assert.Equal([(_noon, 200_000_000L)], stages[1].QuarterHours!.Select(part => (part.Start, part.Microjoules)));
    }

    [Fact]
    public void The_stages_share_out_each_quarter_hour_to_the_microjoule()
    {
        var random = new Random(99);
        var marks = Enumerable.Range(0, 200).Select(i => new Mark(MarkKind.Stage, (long)(random.NextDouble() * 7200 * Second), $"stage {i % 7}")).OrderBy(mark => mark.Timestamp).ToArray();
        var allocator = new EnergyAllocator(new Timeline(marks, 7200 * Second), _noon.AddSeconds(-4));
        for (long at = 0; at < 7200; at += 7)
            allocator.Add(Component.Cpu, null, at * Second, Math.Min(7200, at + 7) * Second, new Microjoules(random.Next(1, 1_000_000)), []);

        var byStage = allocator.BuildStages().SelectMany(stage => stage.QuarterHours!).GroupBy(part => part.Start).ToDictionary(group => group.Key, group => group.Sum(part => part.Microjoules));
        Assert.All(allocator.BuildQuarterHours(), quarter => Assert.Equal(quarter.Energy.Sum(use => use.Microjoules), byStage[quarter.Start]));
    }

    // By hand: 100 J before the quarter hour and 300 J after it in the first epoch, 200 J in the second.
    [Fact]
    public void Epochs_have_the_quarter_hours_of_their_own_time()
    {
        var epochs = Allocate(
        [
            new(MarkKind.EpochBegin, 3 * Second, Number: 1), new(MarkKind.Epoch, 7 * Second, Number: 1),
            new(MarkKind.EpochBegin, 7 * Second, Number: 2), new(MarkKind.Epoch, 9 * Second, Number: 2),
        ]).BuildEpochs();

        Assert.Equal(600_000_000, epochs.Sum(epoch => epoch.QuarterHours!.Sum(part => part.Microjoules)));
        Assert.Equal([(_noon.AddMinutes(-15), 100_000_000L), (_noon, 300_000_000L)], epochs[0].QuarterHours!.Select(part => (part.Start, part.Microjoules)));
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
