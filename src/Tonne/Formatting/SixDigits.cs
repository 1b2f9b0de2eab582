using System.Globalization;
using Tonne.Quantities;

namespace Tonne.Formatting;

/// <summary>Bounds as reports write them: six digits, for more would be noise that differs between machines. They still hold the value.</summary>
public static class SixDigits
{
    /// <summary>The low bound in six digits, never above the best value.</summary>
    public static double Low(Bounds bounds) => bounds.IsExact ? bounds.Best : Math.Min(bounds.Best, Of(bounds.Low));

    /// <summary>The high bound in six digits, never below the best value.</summary>
    public static double High(Bounds bounds) => bounds.IsExact ? bounds.Best : Math.Max(bounds.Best, Of(bounds.High));

    /// <summary>A value in six significant digits.</summary>
    public static double Of(double value) => double.Parse(value.ToString("G6", CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);
}
