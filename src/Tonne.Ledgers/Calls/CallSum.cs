using Tonne.Quantities;

namespace Tonne.Ledgers.Calls;

/// <summary>Calls added up.</summary>
/// <remarks>
/// Values add, and so do lows and highs: what makes the figure of one call wrong (the size of the model, the hardware, the grid) makes
/// those of the others wrong too, so an interval of independent errors would be too narrow.
/// </remarks>
public sealed record CallSum
{
    /// <summary>Requests, failed ones included.</summary>
    public long Requests { get; init; }

    /// <summary>Requests that failed or were cancelled.</summary>
    public long Failed { get; init; }

    /// <summary>Requests whose energy is unknown: in no figure.</summary>
    public long WithoutFigure { get; init; }

    /// <summary>Requests whose tokens were estimated from the length of their texts.</summary>
    public long EstimatedTokens { get; init; }

    /// <summary>Requests that were lost because too many waited to be written: in no other number.</summary>
    public long Dropped { get; init; }

    /// <summary>Tokens.</summary>
    public CallTokens Tokens { get; init; }

    /// <summary>Energy of the facility, PUE included, kWh.</summary>
    public Bounds EnergyKwh { get; init; }

    /// <summary>Operational emissions, kg CO2e.</summary>
    public Bounds OperationalKg { get; init; }

    /// <summary>Operational and embodied emissions, kg CO2e.</summary>
    public Bounds EmissionsKg { get; init; }

    /// <summary>Adds up.</summary>
    /// <param name="other">What is added.</param>
    public CallSum Plus(CallSum other)
    {
        ArgumentNullException.ThrowIfNull(other);
        return new CallSum
        {
            Requests = Add(Requests, other.Requests),
            Failed = Add(Failed, other.Failed),
            WithoutFigure = Add(WithoutFigure, other.WithoutFigure),
            EstimatedTokens = Add(EstimatedTokens, other.EstimatedTokens),
            Dropped = Add(Dropped, other.Dropped),
            Tokens = Tokens + other.Tokens,
            EnergyKwh = Add(EnergyKwh, other.EnergyKwh),
            OperationalKg = Add(OperationalKg, other.OperationalKg),
            EmissionsKg = Add(EmissionsKg, other.EmissionsKg),
        };
    }

    internal static long Add(long left, long right) => left > long.MaxValue - right ? long.MaxValue : left + right;

    internal static Bounds Add(Bounds left, Bounds right) =>
        new(Add(left.Low, right.Low), Add(left.Best, right.Best), Add(left.High, right.High));

    static double Add(double left, double right) => Math.Min(left + right, double.MaxValue);
}
