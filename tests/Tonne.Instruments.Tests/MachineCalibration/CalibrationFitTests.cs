using Tonne.Instruments.MachineCalibration;
using Tonne.Quantities;

namespace Tonne.Instruments.Tests.MachineCalibration;

public class CalibrationFitTests
{
    static readonly Bounds Exact = Bounds.FromExact(1);

    static CalibrationBlock Block(CalibrationLevel level, double load, double watts, double? metered = null, int phase = 0) => new(level, phase, load, watts, metered, metered);

    [Fact]
    public void Two_readings_are_idle_and_full_load_with_the_accuracy_of_what_read_them()
    {
        var fit = CalibrationFit.Fit([Block(CalibrationLevel.Idle, 0, 42), Block(CalibrationLevel.Full, 1, 118)], new Bounds(0.98, 1, 1.02), Exact);

        // 42 · 0.98 = 41.16, 118 · 1.02 = 120.36.
        Assert.Equal((41.16, 42d), (Math.Round(fit.Idle.Low, 6), fit.Idle.Best));
        Assert.Equal((118d, 120.36), (Math.Round(fit.Full.Best, 9), Math.Round(fit.Full.High, 6)));
        Assert.Null(fit.OtherFraction);
    }

    [Fact]
    public void What_is_read_beside_idle_and_full_is_carried_to_no_load_and_all_load()
    {
        // The line through (0.1, 50) and (0.9, 130) is 40 at 0 and 140 at 1.
        var fit = CalibrationFit.Fit([Block(CalibrationLevel.Idle, 0.1, 50), Block(CalibrationLevel.Full, 0.9, 130)], Exact, Exact);

        Assert.Equal(40, fit.Idle.Best, 1e-9);
        Assert.Equal(140, fit.Full.Best, 1e-9);
    }

    [Fact]
    public void A_half_load_above_the_line_is_held_by_full_load()
    {
        var fit = CalibrationFit.Fit([Block(CalibrationLevel.Idle, 0, 40), Block(CalibrationLevel.Full, 1, 120), Block(CalibrationLevel.Half, 0.5, 90)], Exact, Exact);

        // The line says 80 at half load: 90/80. Through 90 W it would reach 40 + 50/0.5 = 140 W.
        Assert.Equal(1.125, fit.HalfOverLine!.Value, 1e-9);
        Assert.Equal((120d, 140d), (Math.Round(fit.Full.Best, 9), Math.Round(fit.Full.High, 9)));
    }

    [Fact]
    public void The_drift_between_two_phases_of_a_level_is_in_its_bounds()
    {
        var fit = CalibrationFit.Fit(
            [Block(CalibrationLevel.Idle, 0, 40), Block(CalibrationLevel.Idle, 0, 44, phase: 1), Block(CalibrationLevel.Full, 1, 120), Block(CalibrationLevel.Full, 1, 120, phase: 1)], Exact, Exact);

        Assert.True(fit.Idle.Low <= 40.1 && fit.Idle.High >= 44, $"{fit.Idle}");
    }

    [Fact]
    public void Everything_else_is_what_the_plug_has_beyond_the_meters()
    {
        var fit = CalibrationFit.Fit(
            [Block(CalibrationLevel.Idle, 0, 60, 20), Block(CalibrationLevel.Half, 0.5, 110, 60), Block(CalibrationLevel.Full, 1, 160, 100)], Exact, Exact);

        // other: 40 of 20, 50 of 60, 60 of 100: k = 2, 0.833, 0.6; the line through them is 35 + 0.25 · metered.
        Assert.Equal((0.6, 50d / 60, 2d), (Math.Round(fit.OtherFraction!.Value.Low, 9), fit.OtherFraction.Value.Best, Math.Round(fit.OtherFraction.Value.High, 9)));
        Assert.Equal(35, fit.OtherConstantWatts!.Value, 1e-9);
        Assert.Equal(0.25, fit.OtherPerMeteredWatt!.Value, 1e-9);
        Assert.Equal(20, fit.PackageIdle!.Value.Best);
    }

    [Theory]
    [InlineData(42, 42.2, "hardly moved")]
    [InlineData(118, 42, "hardly moved")]
    [InlineData(-3, 118, "no machine draws that")]
    public void Readings_that_no_machine_gives_are_refused(double idle, double full, string why)
    {
        var error = Assert.Throws<CalibrationFailedException>(() => CalibrationFit.Fit([Block(CalibrationLevel.Idle, 0, idle), Block(CalibrationLevel.Full, 1, full)], Exact, Exact));

        Assert.Contains(why, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_machine_that_others_kept_busy_is_refused()
    {
        var error = Assert.Throws<CalibrationFailedException>(() => CalibrationFit.Fit([Block(CalibrationLevel.Idle, 0.8, 100), Block(CalibrationLevel.Full, 1, 118)], Exact, Exact));

        Assert.Contains("80 % busy when it should have been idle", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_plug_below_the_machines_own_meters_is_refused()
    {
        // codecarbon#1274: a counter that is read twice says more than the wall gives.
        var error = Assert.Throws<CalibrationFailedException>(() => CalibrationFit.Fit([Block(CalibrationLevel.Idle, 0, 40, 60), Block(CalibrationLevel.Full, 1, 120, 200)], Exact, Exact));

        Assert.Contains("counter is read twice", error.Message, StringComparison.Ordinal);
    }
}
