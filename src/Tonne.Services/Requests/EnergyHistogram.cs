using System.Collections.Immutable;

namespace Tonne.Services.Requests;

/// <summary>How many requests took how much energy, in bins of a fixed relative width, so that hours, days and models add up.</summary>
/// <remarks>
/// Bin k holds energies from 1.01^k to 1.01^(k+1) µJ and stands for the geometric middle of both: a percentile is within 0.5 % of the
/// value itself. Bin −1 holds what is below 1 µJ and stands for 0. From 1 µJ to 1 GJ there are 3,500 bins; only those that are filled
/// are kept.
/// </remarks>
public sealed class EnergyHistogram
{
    /// <summary>Relative width of a bin.</summary>
    public const double Resolution = 0.01;

    const int ZeroBin = -1;

    static readonly double _width = Math.Log(1 + Resolution);

    /// <summary>The filled bins, ascending.</summary>
    public ImmutableArray<int> Bins { get; init; } = [];

    /// <summary>Requests in each filled bin.</summary>
    public ImmutableArray<long> Counts { get; init; } = [];

    /// <summary>Requests in all.</summary>
    public long Count => Counts.Sum();

    /// <summary>The histogram of some energies, µJ; negative ones count as 0.</summary>
    public static EnergyHistogram FromMicrojoules(IEnumerable<long> energies)
    {
        ArgumentNullException.ThrowIfNull(energies);
        var counts = new SortedDictionary<int, long>();
        foreach (var energy in energies)
        {
            var bin = energy < 1 ? ZeroBin : (int)Math.Floor(Math.Log(energy) / _width);
            counts[bin] = counts.GetValueOrDefault(bin) + 1;
        }

        return new EnergyHistogram { Bins = [.. counts.Keys], Counts = [.. counts.Values] };
    }

    /// <summary>Adds up.</summary>
    public EnergyHistogram Plus(EnergyHistogram other)
    {
        ArgumentNullException.ThrowIfNull(other);
        var bins = ImmutableArray.CreateBuilder<int>(Bins.Length + other.Bins.Length);
        var counts = ImmutableArray.CreateBuilder<long>(Bins.Length + other.Bins.Length);
        for (int i = 0, j = 0; i < Bins.Length || j < other.Bins.Length;)
        {
            var takesOurs = j == other.Bins.Length || (i < Bins.Length && Bins[i] <= other.Bins[j]);
            var takesTheirs = i == Bins.Length || (j < other.Bins.Length && other.Bins[j] <= Bins[i]);
            bins.Add(takesOurs ? Bins[i] : other.Bins[j]);
            counts.Add((takesOurs ? Counts[i++] : 0) + (takesTheirs ? other.Counts[j++] : 0));
        }

        return new EnergyHistogram { Bins = bins.ToImmutable(), Counts = counts.ToImmutable() };
    }

    /// <summary>The least energy that a share of the requests does not exceed (nearest rank), µJ.</summary>
    /// <param name="percent">The share, 1 to 100 %.</param>
    /// <returns>Null without requests.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The share is out of range.</exception>
    public double? FindPercentile(int percent)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(percent, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(percent, 100);
        var count = Count;
        // percent × count / 100, rounded up, without overflow.
        var rank = (count / 100 * percent) + (((count % 100 * percent) + 99) / 100);
        for (var (i, seen) = (0, 0L); i < Bins.Length; i++)
        {
            seen += Counts[i];
            if (seen >= rank)
                return Bins[i] == ZeroBin ? 0 : Math.Exp((Bins[i] + 0.5) * _width);
        }

        return null;
    }

    /// <summary>Whether it can be used: as many counts as bins, ascending and positive.</summary>
    internal bool IsValid => !Bins.IsDefault && !Counts.IsDefault && Bins.Length == Counts.Length && Counts.All(static count => count > 0)
        && Bins.Zip(Bins.Skip(1)).All(static pair => pair.First < pair.Second);
}
