using System.Collections.Immutable;
using Tonne.Accounting;
using Tonne.Estimation.LanguageModels;
using Tonne.Hardware;
using Tonne.Quantities;

namespace Tonne.Estimation.Serving;

/// <summary>An estimate of serving: energy and emissions per output token and per request, from the accelerators to the facility.</summary>
public sealed record InferenceEstimate
{
    /// <summary>The accelerator.</summary>
    public required Accelerator Accelerator { get; init; }

    /// <summary>The serving configuration, including values that were chosen.</summary>
    public required ServingConfiguration Configuration { get; init; }

    /// <summary>The model that was named or read from a file; null if its sizes were given alone.</summary>
    public LanguageModel? Model { get; init; }

    /// <summary>Number format of the weights.</summary>
    public required WeightFormat Format { get; init; }

    /// <summary>Replicas that the requests per day need; 1 where no rate was given.</summary>
    public required int Replicas { get; init; }

    /// <summary>Share of the time in which the replicas serve; 1 where no rate was given.</summary>
    public required double BusyShare { get; init; }

    /// <summary>Year of the serving software, as given or assumed.</summary>
    public required int SoftwareYear { get; init; }

    /// <summary>J per output token, accelerators alone while they serve.</summary>
    public required Figure GpuEnergyPerToken { get; init; }

    /// <summary>
    /// J per output token by the fitted roofline, term by term. <see cref="GpuEnergyPerToken"/> is equal unless the batch follows from
    /// the request rate.
    /// </summary>
    public required Derivation Roofline { get; init; }

    /// <summary>Wh per request, accelerators alone while they serve.</summary>
    public required Figure GpuEnergy { get; init; }

    /// <summary>Wh per request at the plug of the machines, waiting included where a rate was given, and idle capacity where neither a rate
    /// nor a batch was.</summary>
    public required Figure ItEnergy { get; init; }

    /// <summary>Wh per request of the part of <see cref="ItEnergy"/> in which the machines wait; null where no rate was given.</summary>
    public required Figure? IdleEnergy { get; init; }

    /// <summary>Facility energy per request, Wh.</summary>
    public required Figure FacilityEnergy { get; init; }

    /// <summary>g CO2e per request from electricity.</summary>
    public required Figure Operational { get; init; }

    /// <summary>Embodied emissions per request, g CO2e.</summary>
    public required Figure Embodied { get; init; }

    /// <summary>Operational and embodied emissions per request, g CO2e.</summary>
    public required Figure Emissions { get; init; }

    /// <summary>The factors of the place.</summary>
    public required AccountingFactors Factors { get; init; }

    /// <summary>Choices and assumptions, in sentences.</summary>
    public required ImmutableArray<Assumption> Assumptions { get; init; }

    /// <summary>All figures, from the accelerators outwards.</summary>
    public IEnumerable<Figure> GetFigures() => new[] { GpuEnergyPerToken, GpuEnergy, IdleEnergy, ItEnergy, FacilityEnergy, Operational, Embodied, Emissions }.OfType<Figure>();

    /// <summary>The sources of all factors, once each, by id.</summary>
    public IReadOnlyList<Source> GetSources() => [.. Emissions.Derivation.GetFactors().Select(factor => factor.Source).DistinctBy(source => source.Id).OrderBy(source => source.Id, StringComparer.Ordinal)];
}
