using System.Globalization;
using Tonne.Quantities;

namespace Tonne.Formatting;

/// <summary>
/// Rounds bounds to six digits for reports, because further digits differ between machines. The rounded bounds still contain the value.
/// </summary>
public static class SixDigitRounding
{
    /// <summary>The low bound in six digits, never above the best value.</summary>
    public static double RoundLow(Bounds bounds) => bounds.IsExact ? bounds.Best : Math.Min(bounds.Best, Round(bounds.Low));

    /// <summary>The high bound in six digits, never below the best value.</summary>
    public static double RoundHigh(Bounds bounds) => bounds.IsExact ? bounds.Best : Math.Max(bounds.Best, Round(bounds.High));

    /// <summary>A value in six significant digits.</summary>
    public static double Round(double value) => double.Parse(value.ToString("G6", CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);
}
