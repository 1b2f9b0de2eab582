using Tonne.Hardware;
using Tonne.Instruments.Machines;
using Tonne.Recording.Metering;
using Tonne.Runs;

namespace Tonne.Instruments.Tests.Machines;

public sealed class NonBlockingMeterTests
{
    static readonly TimeSpan None = TimeSpan.FromTicks(-1);
    static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    [Fact]
    public void A_quick_meter_is_read_directly()
    {
        var inner = new Counting();
        using var meter = new NonBlockingMeter(inner, Minute);

        for (var i = 1; i <= 100; i++)
            Assert.Equal(Reading.FromValue(i), meter.Read(i));

        Assert.False(meter.HasOwnThread);
    }

    [Fact]
    public void A_slow_meter_gets_a_thread_and_a_sample_takes_its_newest_answer()
    {
        var inner = new Counting();
        // No patience at all: every answer is late.
        using var meter = new NonBlockingMeter(inner, None);
        for (var i = 1; i <= 3; i++)
            meter.Read(i);

        Assert.True(meter.HasOwnThread);
        var atOnce = meter.Read(4);
        meter.WaitForFreshReading(Minute);
        var settled = meter.Read(5);

        Assert.False(atOnce.IsGap);
        Assert.True(settled.Value >= 4, $"{settled}");
    }

    [Fact]
    public void A_driver_that_hangs_is_a_gap_after_10_s_and_not_its_last_value_for_ever()
    {
        using var stuck = new ManualResetEventSlim(false);
        var inner = new Counting { After = 3, Stuck = stuck };
        using (var meter = new NonBlockingMeter(inner, None))
        {
            for (var i = 1; i <= 3; i++)
                meter.Read(i);
            meter.Read(4);

            Assert.False(meter.Read(5_000_000_000).IsGap);
            Assert.Same(NonBlockingMeter.NoAnswer, meter.Read(10_000_000_010).Reason);
            stuck.Set();
        }
    }

    [Fact]
    public void Samples_far_apart_are_no_silence()
    {
        using var meter = new NonBlockingMeter(new Counting(), None);
        for (var i = 1; i <= 3; i++)
            meter.Read(i);

        for (long minute = 1; minute <= 3; minute++)
        {
            Assert.False(meter.Read(minute * 60_000_000_000).IsGap);
            meter.WaitForFreshReading(Minute);
        }
    }

    [Fact]
    public void A_driver_that_throws_is_a_gap_with_its_words()
    {
        var inner = new Counting { After = 3, Throws = true };
        using var meter = new NonBlockingMeter(inner, None);
        for (var i = 1; i <= 3; i++)
            meter.Read(i);
        meter.Read(4);
        meter.WaitForFreshReading(Minute);

        Assert.Contains("no more", meter.Read(5).Reason);
    }

    sealed class Counting : IMeter
    {
        long _read;

        public int After { get; init; } = int.MaxValue;

        public ManualResetEventSlim? Stuck { get; init; }

        public bool Throws { get; init; }

        public MeterDescription Description { get; } = new("counting", Component.Other, MeterKind.Power, MeterRole.Contained);

        public Reading Read(long timestamp)
        {
            if (++_read > After)
            {
                if (Throws)
                    throw new IOException("no more");
                Stuck?.Wait(TestContext.Current.CancellationToken);
            }

            return Reading.FromValue(_read);
        }
    }
}
