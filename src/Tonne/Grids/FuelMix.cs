using Tonne.Quantities;

namespace Tonne.Grids;

/// <summary>Generation of a zone by fuel in one step, and the intensity that follows from lifecycle factors.</summary>
/// <remarks>
/// I = Σ power · factor ÷ Σ power, over fuels with positive power. Left out: storage in both directions (its electricity was generated
/// before), imports
/// (the scope is production), and negative power, which is consumption of a station. A fuel without a factor counts as <c>other</c>.
/// </remarks>
public sealed class FuelMix
{
    double _megawatts;
    double _emissions;

    /// <summary>Adds the power of a fuel.</summary>
    /// <param name="fuel">Name as in <see cref="FuelFactorCatalog"/>, or <c>storage</c> or <c>imports</c>.</param>
    /// <param name="megawatts">Mean power of the step in MW; negative and not finite values are left out.</param>
    public void Add(string fuel, double megawatts)
    {
        if (fuel is "storage" or "imports" || !(megawatts > 0) || !double.IsFinite(megawatts))
            return;
        var factor = FuelFactorCatalog.Find(fuel) ?? FuelFactorCatalog.Find("other");
        _megawatts += megawatts;
        _emissions += megawatts * (factor?.Intensity.GramsPerKilowattHour ?? 0);
    }

    /// <summary>The intensity; null if no fuel had positive power.</summary>
    public CarbonIntensity? Intensity => _megawatts > 0 && double.IsFinite(_emissions / _megawatts)
        ? CarbonIntensity.FromGramsPerKilowattHour(_emissions / _megawatts) : null;
}
