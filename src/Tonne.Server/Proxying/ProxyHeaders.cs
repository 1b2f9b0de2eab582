using System.Globalization;

namespace Tonne.Server.Proxying;

/// <summary>The headers that the proxy adds to replies.</summary>
static class ProxyHeaders
{
    /// <summary>Id of the request, for <c>/tonne/requests/ID</c>.</summary>
    public const string Request = "tonne-request";

    /// <summary>Facility energy, Wh.</summary>
    public const string Energy = "tonne-energy-wh";

    /// <summary>Emissions, mg CO2e.</summary>
    public const string Emissions = "tonne-co2e-mg";

    /// <summary>How both are known: <c>estimate</c>.</summary>
    public const string Basis = "tonne-basis";

    /// <summary>On requests to the server: the proxy that has passed them on, to find a request that comes back.</summary>
    public const string Proxy = "tonne-proxy";

    /// <summary>Adds an estimate.</summary>
    public static void Set(IHeaderDictionary headers, EnergyEstimate estimate)
    {
        headers[Energy] = Format(estimate.WattHours);
        headers[Emissions] = Format(estimate.Milligrams);
        headers[Basis] = "estimate";
    }

    // Four digits, without an exponent.
    static string Format(double value)
    {
        var digits = value > 0 ? Math.Clamp(3 - (int)Math.Floor(Math.Log10(value)), 0, 15) : 0;
        return Math.Round(value, digits).ToString("0.###############", CultureInfo.InvariantCulture);
    }
}
