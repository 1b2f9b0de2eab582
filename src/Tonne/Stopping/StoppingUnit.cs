using Tonne.Formatting;
using Tonne.Quantities;

namespace Tonne.Stopping;

/// <summary>The unit of energy to which gains refer ("points per kWh"), chosen by the energy used.</summary>
/// <param name="Name">Symbol of the unit.</param>
/// <param name="KilowattHours">Size of the unit in kWh.</param>
public readonly record struct StoppingUnit(string Name, double KilowattHours)
{
    static readonly StoppingUnit _kilowattHour = new("kWh", 1);

    static readonly StoppingUnit[] _all =
        [new("GWh", 1e6), new("MWh", 1e3), _kilowattHour, new("Wh", 1e-3), new("mWh", 1e-6), new("µWh", 1e-9)];

    /// <summary>The unit in which reports show an amount of energy.</summary>
    public static StoppingUnit Choose(Energy spent)
    {
        var text = DisplayValue.Format(spent.KilowattHours, "kWh");
        var shown = Array.Find(_all, unit => text.EndsWith(" " + unit.Name, StringComparison.Ordinal));
        return shown.Name is null ? _kilowattHour : shown;
    }
}
