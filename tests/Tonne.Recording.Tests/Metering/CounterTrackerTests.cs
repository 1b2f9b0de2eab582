using Tonne.Hardware;
using Tonne.Recording.Metering;
using Tonne.Runs;

namespace Tonne.Recording.Tests.Metering;

public class CounterTrackerTests
{
    const long Second = 1_000_000_000;

    // Typical Intel range: 2^32 − 1 units of 2^-14 J, in µJ (Linux powercap documentation).
    const long Range = 262_143_328_850;

    static MeterDescription Package(double ceiling = 500) =>
        new("rapl:package-0", Component.Cpu, MeterKind.EnergyCounter, MeterRole.Machine, Range: Range, CeilingWatts: ceiling);

    [Fact]
    public void The_first_value_means_nothing() =>
        Assert.Equal(new CounterDelta(CounterOutcome.First, 0), new CounterTracker(Package()).AddValue(123_456_789, 0));

    [Fact]
    public void A_difference_is_counted()
    {
        var track = new CounterTracker(Package());
        track.AddValue(1_000_000, 0);

        Assert.Equal(new CounterDelta(CounterOutcome.Counted, 65_000_000), track.AddValue(66_000_000, Second));
    }

    [Fact]
    public void A_wrapped_counter_is_corrected_once()
    {
        var track = new CounterTracker(Package());
        track.AddValue(Range - 20_000_000, 0);

        Assert.Equal(new CounterDelta(CounterOutcome.Wrapped, 65_000_000), track.AddValue(45_000_000, Second));
        Assert.Equal(new CounterDelta(CounterOutcome.Counted, 65_000_000), track.AddValue(110_000_000, 2 * Second));
    }

    [Fact]
    public void A_counter_that_starts_again_is_a_reset_and_not_a_wrap()
    {
        var track = new CounterTracker(Package());
        track.AddValue(100_000_000_000, 0);

        // Corrected as a wrap this would be 162 kJ in one second.
        Assert.Equal(CounterOutcome.Reset, track.AddValue(5_000_000, Second).Outcome);
        Assert.Equal(new CounterDelta(CounterOutcome.Counted, 60_000_000), track.AddValue(65_000_000, 2 * Second));
    }

    [Fact]
    public void A_jump_beyond_what_is_possible_is_a_reset()
    {
        var track = new CounterTracker(Package(ceiling: 500));
        track.AddValue(0, 0);

        Assert.Equal(CounterOutcome.Reset, track.AddValue(600_000_000, Second).Outcome);
    }

    [Fact]
    public void A_step_of_a_counter_refreshed_in_steps_is_energy_however_close_the_readings()
    {
        // 700 W for a refresh of 100 ms is 70 J, all of which may appear between two readings 2 ms apart.
        var track = new CounterTracker(Package(ceiling: 1_400) with { Range = null, RefreshSeconds = 0.1 });
        track.AddValue(0, 0);

        Assert.Equal(new CounterDelta(CounterOutcome.Counted, 70_000_000), track.AddValue(70_000_000, Second / 500));
        Assert.Equal(CounterOutcome.Reset, track.AddValue(300_000_000, Second / 250).Outcome);
    }

    [Fact]
    public void After_a_whole_range_at_full_power_no_difference_means_anything()
    {
        var track = new CounterTracker(Package(ceiling: 500));
        track.AddValue(0, 0);

        // 262 kJ at 500 W pass in 524 s.
        Assert.Equal(CounterOutcome.Ambiguous, track.AddValue(30_000_000_000, 600 * Second).Outcome);
    }
}
