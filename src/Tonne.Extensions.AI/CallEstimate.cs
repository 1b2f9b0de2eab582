using System.Collections.Immutable;
using Tonne.Ledgers.Calls;
using Tonne.Quantities;

namespace Tonne.Extensions.AI;

/// <summary>Energy and emissions of one call, or the reason why they are unknown.</summary>
public sealed record CallEstimate
{
    /// <summary>Energy of the facility with 95 % bounds, PUE included, kWh; null if unknown.</summary>
    public Bounds? EnergyKwh { get; init; }

    /// <summary>Operational emissions with 95 % bounds, kg CO2e; null if unknown.</summary>
    public Bounds? OperationalKg { get; init; }

    /// <summary>Operational and embodied emissions with 95 % bounds, kg CO2e; null if unknown.</summary>
    public Bounds? EmissionsKg { get; init; }

    /// <summary>Why the figures are unknown, a sentence; null if they are known.</summary>
    public string? Reason { get; init; }

    /// <summary>The model of the catalog that was taken; null if none was.</summary>
    public string? ModelName { get; init; }

    /// <summary>Tokens of the call.</summary>
    public CallTokens Tokens { get; init; }

    /// <summary>Whether tokens were estimated from the length of the texts, with wider bounds.</summary>
    public bool HasEstimatedTokens { get; init; }

    /// <summary>Whether the energy is measured and not final yet.</summary>
    public bool IsProvisional { get; init; }

    /// <summary>How the energy is known: <c>estimated/…</c> or <c>measured/…</c>; empty if it is unknown.</summary>
    public string Method { get; init; } = "";

    /// <summary>Boundary of the emissions, in words; empty if they are unknown.</summary>
    public string Boundary { get; init; } = "";

    /// <summary>Carbon intensity of the grid, g CO2e/kWh; null if the figures are unknown.</summary>
    public double? IntensityGramsPerKwh { get; init; }

    /// <summary>Power usage effectiveness; null if the figures are unknown.</summary>
    public double? Pue { get; init; }

    /// <summary>What was assumed, in sentences.</summary>
    public ImmutableArray<string> Assumptions { get; init; } = [];
}
