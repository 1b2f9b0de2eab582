using Tonne.Grids;

namespace Tonne.Planning;

/// <summary>A place where the job may run, on one kind of hardware.</summary>
public sealed record PlanPlace
{
    /// <summary>Intensity of the grid there. All places of a request have one basis, one scope and one kind.</summary>
    public required IntensitySeries Intensity { get; init; }

    /// <summary>PUE of the facility, at least 1. Default: 1.</summary>
    public double Pue { get; init; } = 1;

    /// <summary>Name in reports. Default: null, the code of the zone.</summary>
    public string? Name { get; init; }

    /// <summary>Hardware there. Default: null, that of the profile, without embodied emissions.</summary>
    public HardwareVariant? Hardware { get; init; }

    /// <summary>What has to be done before the job can start there. Default: null, nothing.</summary>
    public Transfer? TransferToStart { get; init; }

    /// <summary>What moving a paused job there takes. Default: null, a paused job is never moved there.</summary>
    /// <remarks>Jobs move only among places of equal duration factor.</remarks>
    public Transfer? TransferToMove { get; init; }

    /// <summary>Renewables on the site. Default: null, none.</summary>
    public OnSiteRenewables? Renewables { get; init; }

    /// <summary>Price of grid electricity. Default: null, not known.</summary>
    public PriceSeries? Price { get; init; }

    /// <summary>The name, or the code of the zone.</summary>
    public string Label => Name ?? Intensity.Zone.Code;
}
