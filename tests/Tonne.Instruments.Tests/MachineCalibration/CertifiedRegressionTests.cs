using Tonne.Instruments.MachineCalibration;
using Tonne.Quantities;

namespace Tonne.Instruments.Tests.MachineCalibration;

/// <summary>The straight line of a calibration against certified values.</summary>
/// <remarks>NIST Statistical Reference Datasets, linear regression, Norris (public domain).</remarks>
public class CertifiedRegressionTests
{
    // Certified: intercept, slope, standard deviation of the intercept, of the slope, and of the residuals, with 34 degrees of freedom.
    const double Intercept = -0.262323073774029;
    const double Slope = 1.00211681802045;
    const double InterceptDeviation = 0.232818234301152;
    const double SlopeDeviation = 0.429796848199937e-03;
    const double ResidualDeviation = 0.884796396144373;

    // 100 W are added to each reading, so that the machine draws something idle; x is in thousandths of full load.
    const double Added = 100;

    static readonly (double X, double Y)[] _norris =
    [
        (0.2, 0.1), (337.4, 338.8), (118.2, 118.1), (884.6, 888), (10.1, 9.2), (226.5, 228.1),
        (666.3, 668.5), (996.3, 998.5), (448.6, 449.1), (777, 778.9), (558.2, 559.2), (0.4, 0.3),
        (0.6, 0.1), (775.5, 778.1), (666.9, 668.8), (338, 339.3), (447.5, 448.9), (11.6, 10.8),
        (556, 557.7), (228.1, 228.3), (995.8, 998), (887.6, 888.8), (120.2, 119.6), (0.3, 0.3),
        (0.3, 0.6), (556.8, 557.6), (339.1, 339.3), (887.2, 888), (999, 998.5), (779, 778.9),
        (11.1, 10.2), (118.3, 117.6), (229.2, 228.9), (669.1, 668.4), (448.9, 449.2), (0.5, 0.2),
    ];

    static CalibrationFit Fit() => CalibrationFit.Fit(
        [.. _norris.Select(row => new CalibrationBlock(LevelOf(row.X), 0, row.X / 1000, row.Y + Added))],
        Bounds.FromExact(1), Bounds.FromExact(1));

    static CalibrationLevel LevelOf(double x) => x < 400 ? CalibrationLevel.Idle : CalibrationLevel.Full;

    [Fact]
    public void Idle_and_full_load_are_on_the_certified_line()
    {
        var fit = Fit();

        Assert.Equal(Intercept + Added, fit.Idle.Best, 1e-9);
        Assert.Equal(Intercept + Added + (1000 * Slope), fit.Full.Best, 1e-9);
    }

    // Student's t of 34 degrees of freedom is 2.032 (NIST/SEMATECH e-Handbook, section 1.3.6.7.2).
    [Fact]
    public void Their_half_widths_are_students_t_times_the_certified_deviations()
    {
        var fit = Fit();
        var mean = _norris.Average(row => row.X);
        // The variance of the line at x is s² ÷ n + (x − mean)² · the variance of the slope.
        var atFull = Math.Sqrt((ResidualDeviation * ResidualDeviation / 36) + Math.Pow((1000 - mean) * SlopeDeviation, 2));

        Assert.Equal(2.032 * InterceptDeviation, fit.Idle.Best * Math.Log(fit.Idle.High / fit.Idle.Best), 3e-4);
        Assert.Equal(2.032 * InterceptDeviation, fit.Idle.Best * Math.Log(fit.Idle.Best / fit.Idle.Low), 3e-4);
        Assert.Equal(2.032 * atFull, fit.Full.Best * Math.Log(fit.Full.High / fit.Full.Best), 3e-4);
    }
}
