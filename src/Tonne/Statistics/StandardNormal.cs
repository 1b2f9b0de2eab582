namespace Tonne.Statistics;

/// <summary>Draws from the standard normal distribution (Box and Muller, Ann. Math. Stat. 29, 1958).</summary>
public static class StandardNormal
{
    /// <summary>Draws one value.</summary>
    /// <param name="random">Random number generator, from which two numbers are drawn.</param>
    public static double Draw(Random random)
    {
        ArgumentNullException.ThrowIfNull(random);
        return Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
    }

    /// <summary>Draws two independent values.</summary>
    /// <param name="random">Random number generator, from which two numbers are drawn.</param>
    public static (double First, double Second) DrawPair(Random random)
    {
        ArgumentNullException.ThrowIfNull(random);
        var radius = Math.Sqrt(-2 * Math.Log(1 - random.NextDouble()));
        var (sin, cos) = Math.SinCos(2 * Math.PI * random.NextDouble());
        return (radius * cos, radius * sin);
    }

    /// <summary>Natural logarithm of the density at x.</summary>
    /// <param name="x">The value.</param>
    public static double ComputeLogDensity(double x) => -0.5 * ((x * x) + Math.Log(2 * Math.PI));

    /// <summary>Natural logarithm of P(X ≤ x), exact to about 14 digits also far below zero.</summary>
    /// <remarks>Source: Abramowitz and Stegun, Handbook of Mathematical Functions (1964), 26.2.11 (series) and 26.2.14 (continued
    /// fraction).</remarks>
    /// <param name="x">The value.</param>
    public static double ComputeLogCumulative(double x)
    {
        if (double.IsNaN(x))
            return double.NaN;
        if (x > SeriesLimit)
            return Math.Log(1 - Math.Exp(ComputeLogUpperTail(x)));
        return x < -SeriesLimit ? ComputeLogUpperTail(-x) : Math.Log(0.5 + (Math.Exp(ComputeLogDensity(x)) * SumSeries(x)));
    }

    // Where the series and the continued fraction both converge to full precision.
    const double SeriesLimit = 3;

    /// <summary>Σ x^(2k+1) ÷ (1·3·5…(2k+1)).</summary>
    static double SumSeries(double x)
    {
        var (sum, term) = (x, x);
        for (var k = 1; Math.Abs(term) > 1e-17 * Math.Abs(sum); k++)
        {
            term *= x * x / ((2 * k) + 1);
            sum += term;
        }

        return sum;
    }

    /// <summary>ln P(X > x) for x of 3 and more: density ÷ (x + 1 ÷ (x + 2 ÷ (x + 3 ÷ …))).</summary>
    static double ComputeLogUpperTail(double x)
    {
        var fraction = x;
        for (var k = 80; k >= 1; k--)
            fraction = x + (k / fraction);
        return ComputeLogDensity(x) - Math.Log(fraction);
    }
}
