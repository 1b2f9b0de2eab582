using Tonne.Footprints;
using Tonne.Hardware;
using Tonne.Quantities;

namespace Tonne.Estimates;

/// <summary>What estimates of requests share: manufacturing by the time a request holds the machines, figures in Wh and g, totals of many requests.</summary>
static class RequestParts
{
    public const double JoulesPerWattHour = 3600;

    const double HoursPerYear = 365.25 * 24;

    // Accelerators of a machine whose host they share.
    const int GpusOfHost = 8;

    /// <summary>Manufacturing of accelerators and their part of a host of eight, for a time each request holds them, kg CO2e.</summary>
    public static Derivation Embodied(Accelerator accelerator, double gpus, Derivation time, AccountingFactors factors)
    {
        var (lifetime, utilisation) = (new Derivation.Product("years it serves", "h", [new Derivation.Given(factors.Lifetime)], HoursPerYear), new Derivation.Given(factors.Utilisation));
        var uses = new List<HardwareUse> { new("accelerators", EmbodiedCatalog.Accelerator(accelerator), Hours("accelerators", gpus), lifetime, utilisation) };
        if (EmbodiedCatalog.Machine(MachineKind.GpuServer) is { } host)
            uses.Add(new HardwareUse("their part of hosts", host, Hours("hosts of eight accelerators", gpus / GpusOfHost), lifetime, utilisation));
        return Accountant.Embodied(uses);

        Derivation Hours(string name, double number) => new Derivation.Product(name + " × time", "h", [new Derivation.Counted(name, "1", number), time], 1 / 3600d);
    }

    /// <summary>A figure in kWh or kg as Wh or g.</summary>
    public static Figure Thousand(string name, Figure figure, string unit) => figure with
    {
        Name = name,
        Bounds = figure.Bounds * 1000,
        Derivation = new Derivation.Product(figure.Derivation.Label, unit, [figure.Derivation], 1000),
    };

    /// <summary>A figure per request in Wh or g as kWh or kg of many.</summary>
    public static Figure Times(Figure figure, string name, double requests, string unit) => figure with
    {
        Name = name,
        Bounds = figure.Bounds * (requests / 1000),
        Derivation = new Derivation.Product(figure.Derivation.Label + ", all requests", unit, [new Derivation.Counted("requests", "1", requests), figure.Derivation], 1 / 1000d),
    };
}
