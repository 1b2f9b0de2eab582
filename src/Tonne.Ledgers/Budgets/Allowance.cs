using System.Globalization;
using Tonne.Formatting;
using Tonne.Ledgers.Totals;
using Tonne.Quantities;
using Tonne.Statistics;

namespace Tonne.Ledgers.Budgets;

/// <summary>A limit of emissions or of facility energy, such as <c>50 kg</c> or <c>3 kWh</c>.</summary>
/// <param name="Value">The limit, above 0: kg CO2e or kWh.</param>
/// <param name="IsEnergy">Whether it is of energy, kWh, not of emissions, kg CO2e.</param>
public sealed record Allowance(double Value, bool IsEnergy = false)
{
    // Milliwatt-hours and megawatt-hours differ in the case of a letter.
    static readonly (string Suffix, StringComparison Case, double Scale, bool IsEnergy)[] _units =
    [
        ("mWh", StringComparison.Ordinal, 1e-6, true), ("MWh", StringComparison.Ordinal, 1e3, true), ("GWh", StringComparison.Ordinal, 1e6, true),
        ("kWh", StringComparison.OrdinalIgnoreCase, 1, true), ("Wh", StringComparison.Ordinal, 1e-3, true),
        ("mg", StringComparison.Ordinal, 1e-6, false), ("kg", StringComparison.OrdinalIgnoreCase, 1, false), ("t", StringComparison.Ordinal, 1e3, false), ("g", StringComparison.Ordinal, 1e-3, false),
    ];

    /// <summary>Unit of <see cref="Value"/>.</summary>
    public string Unit => IsEnergy ? "kWh" : "kg CO2e";

    /// <summary>Reads a limit, such as <c>50kg</c>, <c>0.5 t CO2e</c>, <c>3kWh</c>. <c>MWh</c> are megawatt-hours, <c>mWh</c> milliwatt-hours.</summary>
    /// <exception cref="FormatException">It has no such form, or is not above 0; the message says what to write.</exception>
    public static Allowance Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var trimmed = text.Trim();
        if (trimmed.EndsWith("CO2e", StringComparison.OrdinalIgnoreCase))
            trimmed = trimmed[..^4].TrimEnd();
        foreach (var (suffix, letterCase, scale, isEnergy) in _units)
        {
            if (trimmed.EndsWith(suffix, letterCase)
                && double.TryParse(trimmed.AsSpan(0, trimmed.Length - suffix.Length).TrimEnd(), NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent, CultureInfo.InvariantCulture, out var number)
                && number > 0 && double.IsFinite(number * scale) && number * scale > 0)
                return new Allowance(number * scale, isEnergy);
        }

        throw new FormatException($"'{text}' is not a limit: write emissions as in 50kg, 800g or 2t, or facility energy as in 3kWh.");
    }

    /// <summary>The chance, 0 to 1, that the true value is above the limit, from the best value and the 95 % interval (log-normal halves).</summary>
    /// <param name="used">What was used, in <see cref="Unit"/>.</param>
    public double ChanceExceeded(Bounds used)
    {
        if (used.Best <= 0)
            return 0;
        var distance = Math.Log(Value / used.Best);
        var sigma = distance >= 0 ? used.SigmaHigh : used.SigmaLow;
        return sigma == 0 ? (used.Best > Value ? 1 : 0) : Math.Exp(StandardNormal.ComputeLogCumulative(-distance / sigma));
    }

    /// <summary>What a sum has used of it, in <see cref="Unit"/>.</summary>
    public Bounds GetUsed(TotalRow total)
    {
        ArgumentNullException.ThrowIfNull(total);
        return IsEnergy ? total.FacilityEnergy : total.Emissions;
    }

    /// <summary>The limit with its unit.</summary>
    public override string ToString() => DisplayValue.Format(Value, Unit);
}
