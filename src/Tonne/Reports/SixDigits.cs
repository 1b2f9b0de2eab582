using System.Globalization;
using Tonne.Quantities;

namespace Tonne.Reports;

/// <summary>Bounds as reports write them: six digits, for more would be noise that differs between machines. They still hold the value.</summary>
static class SixDigits
{
    internal static double Low(Bounds bounds) => bounds.IsExact ? bounds.Best : Math.Min(bounds.Best, Of(bounds.Low));

    internal static double High(Bounds bounds) => bounds.IsExact ? bounds.Best : Math.Max(bounds.Best, Of(bounds.High));

    internal static double Of(double value) => double.Parse(value.ToString("G6", CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);
}
