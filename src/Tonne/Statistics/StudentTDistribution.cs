namespace Tonne.Statistics;

/// <summary>Quantiles of Student's t distribution, used instead of 1.96 if a spread is estimated from few values.</summary>
public static class StudentTDistribution
{
    // The 97.5 % column of the usual table (Fisher and Yates, Statistical Tables, 1938), 1 to 30 degrees of freedom.
    static ReadOnlySpan<double> Table =>
    [
        12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179, 2.160, 2.145, 2.131,
        2.120, 2.110, 2.101, 2.093, 2.086, 2.080, 2.074, 2.069, 2.064, 2.060, 2.056, 2.052, 2.048, 2.045, 2.042,
    ];

    /// <summary>The two-sided 95 % quantile; infinite without a degree of freedom.</summary>
    /// <param name="degreesOfFreedom">Degrees of freedom.</param>
    public static double GetCriticalValue95(int degreesOfFreedom) => degreesOfFreedom < 1 ? double.PositiveInfinity
        : degreesOfFreedom <= Table.Length ? Table[degreesOfFreedom - 1]
        // First terms of the Cornish-Fisher expansion about 1.96.
        : 1.95996 + (2.3722 / degreesOfFreedom) + (2.8225 / degreesOfFreedom / degreesOfFreedom);
}
