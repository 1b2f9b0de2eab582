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
}
