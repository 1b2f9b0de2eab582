namespace Tonne.Quantities;

/// <summary>The dimension of a unit as exponents. All are zero for a ratio or a count.</summary>
/// <param name="Energy">Of energy.</param>
/// <param name="Time">Of time; power is energy over time.</param>
/// <param name="Carbon">Of emissions as CO2-equivalent.</param>
/// <param name="Volume">Of water.</param>
/// <param name="Bytes">Of memory.</param>
/// <param name="Mass">Of mass other than emissions.</param>
/// <param name="Length">Of length.</param>
readonly record struct UnitDimension(int Energy, int Time, int Carbon, int Volume, int Bytes, int Mass, int Length)
{
    public static UnitDimension operator +(UnitDimension a, UnitDimension b) => new(
        a.Energy + b.Energy, a.Time + b.Time, a.Carbon + b.Carbon, a.Volume + b.Volume, a.Bytes + b.Bytes, a.Mass + b.Mass, a.Length + b.Length);

    public static UnitDimension operator -(UnitDimension a, UnitDimension b) => new(
        a.Energy - b.Energy, a.Time - b.Time, a.Carbon - b.Carbon, a.Volume - b.Volume, a.Bytes - b.Bytes, a.Mass - b.Mass, a.Length - b.Length);
}
