using FsCheck;
using FsCheck.Fluent;

namespace Tonne.Extensions.AI.Tests;

public class EnergyDividerTests
{
    static TimeSpan Seconds(double seconds) => TimeSpan.FromSeconds(seconds);

    // By hand: 10 s of work with one call, 10 s with two, 10 s with none, 30 J in all: 10 + 5, 5, and 10 outside.
    [Fact]
    public void Overlapping_calls_share_equally_and_what_is_between_calls_is_outside()
    {
        var divider = new EnergyDivider(TimeSpan.Zero);
        var settled = new List<MeasuredCall>();
        var first = divider.Begin(Seconds(0), default);
        var second = divider.Begin(Seconds(10), default);
        divider.End(first, Seconds(20), default, settled.Add);
        divider.End(second, Seconds(20), default, settled.Add);

        divider.Settle(30_000_000, Seconds(30), default);

        Assert.Equal([first, second], settled);
        Assert.Equal((15_000_000, 5_000_000, 10_000_000), (first.Microjoules, second.Microjoules, divider.OutsideMicrojoules));
    }

    [Fact]
    public void A_call_that_runs_on_gets_its_parts_of_several_readings()
    {
        var divider = new EnergyDivider(TimeSpan.Zero);
        var call = divider.Begin(Seconds(0), default);

        divider.Settle(7_000_000, Seconds(10), default);
        divider.Settle(9_000_000, Seconds(11), default);
        divider.End(call, Seconds(11), default, _ => { });
        divider.SettleByWork();

        Assert.Equal(9_000_000, call.Microjoules);
    }

    [Fact]
    public void A_process_without_CPU_time_shares_by_time()
    {
        var divider = new EnergyDivider(TimeSpan.Zero);
        var call = divider.Begin(default, Seconds(1));
        divider.End(call, default, Seconds(3), _ => { });

        divider.Settle(4_000_000, default, Seconds(4));

        // Of four seconds two are the call's.
        Assert.Equal(2_000_000, call.Microjoules, 1.0);
    }

    [Fact]
    public void Until_there_is_a_reading_a_call_has_no_figure_and_then_a_provisional_one()
    {
        var divider = new EnergyDivider(TimeSpan.Zero);
        Assert.Null(divider.End(divider.Begin(Seconds(0), default), Seconds(1), default, _ => { }));
        divider.Settle(5_000_000, Seconds(1), default);

        // 5 J for a second of work, so 10 J for two.
        Assert.Equal(10_000_000, divider.End(divider.Begin(Seconds(1), default), Seconds(3), default, _ => { })!.Value, 1.0);
    }

    [Fact]
    public void Whatever_calls_overlap_they_and_the_outside_add_up_to_the_readings()
    {
        var steps = Gen.Choose(0, 3).Zip(Gen.Choose(0, 1_000_000)).ListOf(200);
        Prop.ForAll(Arb.From(steps), Holds).QuickCheckThrowOnFailure();

        static bool Holds(IEnumerable<(int Kind, int Amount)> script)
        {
            var divider = new EnergyDivider(TimeSpan.Zero);
            var (all, open) = (new List<MeasuredCall>(), new Queue<MeasuredCall>());
            var (work, energy, settled) = (TimeSpan.Zero, 0L, 0);
            foreach (var (kind, amount) in script)
            {
                work += TimeSpan.FromMicroseconds(amount);
                if (kind <= 1)
                {
                    open.Enqueue(divider.Begin(work, work));
                    all.Add(open.Last());
                }
                else if (kind == 2 && open.TryDequeue(out var call))
                {
                    divider.End(call, work, work, _ => settled++);
                }
                else
                {
                    energy += amount * 7L;
                    divider.Settle(energy, work, work);
                }
            }

            while (open.TryDequeue(out var call))
                divider.End(call, work, work, _ => settled++);
            energy += 1_234_567;
            divider.Settle(energy, work + TimeSpan.FromSeconds(1), work);
            return settled == all.Count && all.Sum(call => call.Microjoules) + divider.OutsideMicrojoules == energy
                && all.TrueForAll(call => call.Microjoules >= 0);
        }
    }
}
