using System.Globalization;
using System.Numerics;

namespace Tonne.Quantities;

/// <summary>Metered energy as a whole number of microjoules, so that parts add up to their total exactly.</summary>
/// <remarks>
/// 64 bits reach 2,562 MWh; arithmetic is checked. Figures and estimates use <see cref="Energy"/> instead.
/// Splits are by largest remainder (Hamilton's method), so the parts of a split sum to the whole to the microjoule.
/// </remarks>
public readonly record struct Microjoules : IComparable<Microjoules>,
    IAdditionOperators<Microjoules, Microjoules, Microjoules>, ISubtractionOperators<Microjoules, Microjoules, Microjoules>
{
    const int SortedAbove = 64;

    /// <summary>A count of microjoules.</summary>
    public Microjoules(long value) => Value = value;

    /// <summary>The count, in µJ.</summary>
    public long Value { get; }

    /// <summary>No energy.</summary>
    public static Microjoules Zero => default;

    /// <summary>The same energy as <see cref="Energy"/>.</summary>
    public Energy Energy => Energy.FromJoules(Value / 1e6);

    /// <summary>The nearest count to an energy in joules.</summary>
    /// <exception cref="OverflowException">The energy is beyond 64 bits of microjoules, or not a number.</exception>
    public static Microjoules FromJoules(double joules) => new(checked((long)Math.Round(joules * 1e6)));

    /// <summary>The sum of two counts.</summary>
    public static Microjoules operator +(Microjoules left, Microjoules right) => new(checked(left.Value + right.Value));

    /// <summary>The difference of two counts.</summary>
    public static Microjoules operator -(Microjoules left, Microjoules right) => new(checked(left.Value - right.Value));

    /// <summary>Whether one count is less than another.</summary>
    public static bool operator <(Microjoules left, Microjoules right) => left.Value < right.Value;

    /// <summary>Whether one count is greater than another.</summary>
    public static bool operator >(Microjoules left, Microjoules right) => left.Value > right.Value;

    /// <summary>Whether one count is at most another.</summary>
    public static bool operator <=(Microjoules left, Microjoules right) => left.Value <= right.Value;

    /// <summary>Whether one count is at least another.</summary>
    public static bool operator >=(Microjoules left, Microjoules right) => left.Value >= right.Value;

    /// <inheritdoc/>
    public int CompareTo(Microjoules other) => Value.CompareTo(other.Value);

    /// <summary>Splits the count in proportion to weights, by largest remainder: the parts sum to the count exactly.</summary>
    /// <param name="weights">Non-negative weights; if all are zero everything goes to the last part.</param>
    /// <param name="parts">Receives one count per weight.</param>
    /// <exception cref="ArgumentException">No weights, a negative or non-finite weight, or lengths that differ.</exception>
    public void Split(ReadOnlySpan<double> weights, Span<Microjoules> parts)
    {
        if (weights.Length == 0 || weights.Length != parts.Length)
            throw new ArgumentException("A split needs as many parts as weights, and at least one.", nameof(parts));
        var total = 0d;
        foreach (var weight in weights)
        {
            if (!double.IsFinite(weight) || weight < 0)
                throw new ArgumentException($"A weight must be finite and not negative, but one is {weight.ToString(CultureInfo.InvariantCulture)}.", nameof(weights));
            total += weight;
        }

        if (total <= 0 || !double.IsFinite(total))
        {
            parts.Clear();
            parts[^1] = this;
            return;
        }

        Span<double> remainders = weights.Length <= SortedAbove ? stackalloc double[weights.Length] : new double[weights.Length];
        var given = 0L;
        for (var i = 0; i < weights.Length; i++)
        {
            var exact = Value * (weights[i] / total);
            var floor = Math.Floor(exact);
            remainders[i] = exact - floor;
            parts[i] = new((long)floor);
            given += (long)floor;
        }

        // For very large counts, floating point may round one part too low or too high; correct by single units.
        var left = Value - given;
        if (weights.Length > SortedAbove && left > 0 && left <= weights.Length)
        {
            AddToLargest(remainders, (int)left, parts);
            return;
        }

        while (left != 0)
        {
            var pick = 0;
            for (var i = 1; i < remainders.Length; i++)
            {
                if (left > 0 ? remainders[i] > remainders[pick] : remainders[i] < remainders[pick])
                    pick = i;
            }

            var step = Math.Abs(left) > parts.Length ? left / parts.Length : Math.Sign(left);
            parts[pick] = new(parts[pick].Value + step);
            remainders[pick] += left > 0 ? -1 : 1;
            left -= step;
        }
    }

    /// <summary>Adds one to the parts with the largest remainders, of equal ones to the first, in less than quadratic time.</summary>
    static void AddToLargest(ReadOnlySpan<double> remainders, int count, Span<Microjoules> parts)
    {
        var order = new (double Remainder, int Index)[remainders.Length];
        for (var i = 0; i < order.Length; i++)
            order[i] = (-remainders[i], i);
        Array.Sort(order);
        foreach (var (_, index) in order.AsSpan(0, count))
            parts[index] = new(parts[index].Value + 1);
    }

    /// <summary>The count with its unit, invariant.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Value} µJ");
}
