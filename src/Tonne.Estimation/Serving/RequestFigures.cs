using Tonne.Quantities;

namespace Tonne.Estimation.Serving;

/// <summary>Converts figures of requests: to Wh and g per request, and to totals of many requests.</summary>
static class RequestFigures
{
    public const double JoulesPerWattHour = 3600;

    /// <summary>Converts a figure in kWh or kg to Wh or g.</summary>
    public static Figure MultiplyByThousand(string name, Figure figure, string unit) => figure with
    {
        Name = name,
        Bounds = figure.Bounds * 1000,
        Derivation = new Derivation.Product(figure.Derivation.Label, unit, [figure.Derivation], 1000),
    };

    /// <summary>Converts a figure per request in Wh or g to kWh or kg for many requests.</summary>
    public static Figure MultiplyByRequests(Figure figure, string name, double requests, string unit) => figure with
    {
        Name = name,
        Bounds = figure.Bounds * (requests / 1000),
        Derivation = new Derivation.Product(figure.Derivation.Label + ", all requests", unit, [new Derivation.Count("requests", "1", requests), figure.Derivation], 1 / 1000d),
    };
}
