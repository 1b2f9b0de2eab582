using Tonne.Formatting;
using Tonne.Quantities;

namespace Tonne.Stopping;

/// <summary>The unit of energy for gains, chosen by the energy used.</summary>
/// <param name="Name">Its name.</param>
/// <param name="KilowattHours">Its size in kWh.</param>
public readonly record struct StoppingUnit(string Name, double KilowattHours)
{
    static readonly StoppingUnit[] _all = [new("GWh", 1e6), new("MWh", 1e3), new("kWh", 1), new("Wh", 1e-3), new("mWh", 1e-6), new("µWh", 1e-9)];

    /// <summary>The unit in which an amount is formatted.</summary>
    public static StoppingUnit Choose(Energy spent)
    {
        var text = DisplayValue.Format(spent.KilowattHours, "kWh");
        return Array.Find(_all, unit => text.EndsWith(" " + unit.Name, StringComparison.Ordinal)) is { Name: not null } found ? found : _all[2];
    }
}
