using System.Collections.Immutable;
using Tonne.Accounting;
using Tonne.Hardware;
using Tonne.Quantities;

namespace Tonne.Estimation.Serving;

/// <summary>What serving takes, foretold: per output token, per request, step by step from the accelerators outwards.</summary>
public sealed record InferenceEstimate
{
    /// <summary>What it runs on.</summary>
    public required Accelerator Accelerator { get; init; }

    /// <summary>How it is served, with all that was chosen.</summary>
    public required ServingConfiguration Configuration { get; init; }

    /// <summary>How weights are stored.</summary>
    public required WeightFormat Format { get; init; }

    /// <summary>Replicas that the requests per day need; 1 where no rate was given.</summary>
    public required int Replicas { get; init; }

    /// <summary>Share of the time in which the replicas serve; 1 where no rate was given.</summary>
    public required double BusyShare { get; init; }

    /// <summary>J per output token, accelerators alone while they serve.</summary>
    public required Figure GpuEnergyPerToken { get; init; }

    /// <summary>J per output token by the fitted roofline, term by term; what <see cref="GpuEnergyPerToken"/> is unless the batch follows from the rate.</summary>
    public required Derivation Roofline { get; init; }

    /// <summary>Wh per request, accelerators alone while they serve.</summary>
    public required Figure GpuEnergy { get; init; }

    /// <summary>Wh per request at the plug of the machines, waiting included where a rate was given.</summary>
    public required Figure ItEnergy { get; init; }

    /// <summary>Wh per request of the part of <see cref="ItEnergy"/> in which the machines wait; null where no rate was given.</summary>
    public required Figure? IdleEnergy { get; init; }

    /// <summary>Wh per request with the building.</summary>
    public required Figure FacilityEnergy { get; init; }

    /// <summary>g CO2e per request from electricity.</summary>
    public required Figure Operational { get; init; }

    /// <summary>g CO2e per request from making the machines.</summary>
    public required Figure Embodied { get; init; }

    /// <summary>g CO2e per request, electricity and making the machines.</summary>
    public required Figure Emissions { get; init; }

    /// <summary>The factors of the place.</summary>
    public required AccountingFactors Factors { get; init; }

    /// <summary>What was chosen or assumed, in sentences.</summary>
    public required ImmutableArray<Assumption> Assumptions { get; init; }

    /// <summary>All figures, from the accelerators outwards.</summary>
    public IEnumerable<Figure> GetFigures() => new[] { GpuEnergyPerToken, GpuEnergy, IdleEnergy, ItEnergy, FacilityEnergy, Operational, Embodied, Emissions }.OfType<Figure>();

    /// <summary>The sources of all factors, once each, by id.</summary>
    public IReadOnlyList<Source> GetSources() => [.. Emissions.Derivation.GetFactors().Select(factor => factor.Source).DistinctBy(source => source.Id).OrderBy(source => source.Id, StringComparer.Ordinal)];
}
