namespace Tonne.Tests.Comparing;

/// <summary>Multiplicative noise of runs, seeded: what one run of the same command differs from the next.</summary>
/// <param name="seed">Seed.</param>
sealed class Noise(int seed)
{
    readonly Random _random = new(seed);

    /// <summary>A standard normal number (Box and Muller 1958).</summary>
    public double Normal() => Math.Sqrt(-2 * Math.Log(1 - _random.NextDouble())) * Math.Cos(2 * Math.PI * _random.NextDouble());

    /// <summary>Log noise whose standard deviation is given, of a normal distribution.</summary>
    public double Normal(double deviation) => deviation * Normal();

    /// <summary>The same deviation, from Student's distribution of 3 degrees of freedom: now and then a run far out.</summary>
    public double HeavyTailed(double deviation)
    {
        // t = Z ÷ √(χ²₃/3); its variance is 3.
        double square = 0;
        var top = Normal();
        for (var i = 0; i < 3; i++)
            square += Math.Pow(Normal(), 2);
        return deviation * top / Math.Sqrt(square / 3) / Math.Sqrt(3);
    }

    /// <summary>The same deviation, one-sided: runs are now and then late, never early (exponential).</summary>
    public double Late(double deviation) => -deviation * (Math.Log(1 - _random.NextDouble()) + 1);

    /// <summary>A whole number below a limit.</summary>
    public int Below(int limit) => _random.Next(limit);
}
