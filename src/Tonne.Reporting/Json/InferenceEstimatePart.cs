using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Tonne.Estimation.Serving;
using Tonne.Quantities;

namespace Tonne.Reporting.Json;

/// <summary>An estimate of inference on one kind of hardware, as JSON. The unit of a quantity is in the name of its field.</summary>
public sealed record InferenceEstimatePart
{
    /// <summary>Accelerator by its catalog name.</summary>
    public required string Hardware { get; init; }

    /// <summary>Accelerators of a replica.</summary>
    public required double Gpus { get; init; }

    /// <summary>Replicas that the rate needs; 1 without a rate.</summary>
    public required int Replicas { get; init; }

    /// <summary>Mean number of requests served together by a replica.</summary>
    public required double Batch { get; init; }

    /// <summary>How weights are stored.</summary>
    public required string Precision { get; init; }

    /// <summary>The model that was named or read from a file; null if its sizes were given alone.</summary>
    public string? Model { get; init; }

    /// <summary>Whether its publisher states no size: then the sizes are the middle of a range, and the bounds have the range.</summary>
    public bool SizeUndisclosed { get; init; }

    /// <summary>All parameters.</summary>
    public required double Parameters { get; init; }

    /// <summary>Parameters that a token uses.</summary>
    public required double ActiveParameters { get; init; }

    /// <summary>Tokens of a prompt.</summary>
    public required double PromptTokens { get; init; }

    /// <summary>Tokens of an answer.</summary>
    public required double OutputTokens { get; init; }

    /// <summary>Year of the serving software.</summary>
    public required int SoftwareYear { get; init; }

    /// <summary>Share of the time in which the replicas serve; null without a rate.</summary>
    public required double? BusyShare { get; init; }

    /// <summary>J per output token, accelerators alone, prompt included.</summary>
    [JsonPropertyName("gpu_energy_j_per_output_token")]
    public required QuantityDocument GpuEnergyPerToken { get; init; }

    /// <summary>Wh per request, accelerators alone while they serve.</summary>
    [JsonPropertyName("gpu_energy_wh_per_request")]
    public required QuantityDocument GpuEnergy { get; init; }

    /// <summary>Wh per request while the hardware waits for requests, at the plug; null without a rate.</summary>
    [JsonPropertyName("waiting_energy_wh_per_request")]
    public required QuantityDocument? WaitingEnergy { get; init; }

    /// <summary>Wh per request at the plug.</summary>
    [JsonPropertyName("it_energy_wh_per_request")]
    public required QuantityDocument ItEnergy { get; init; }

    /// <summary>Facility energy (PUE included) in Wh per request.</summary>
    [JsonPropertyName("facility_energy_wh_per_request")]
    public required QuantityDocument FacilityEnergy { get; init; }

    /// <summary>Total emissions in g CO2e per request: operational and embodied.</summary>
    [JsonPropertyName("emissions_g_per_request")]
    public required QuantityDocument Emissions { get; init; }

    /// <summary>Operational emissions (electricity) in g CO2e per request.</summary>
    [JsonPropertyName("operational_g_per_request")]
    public required QuantityDocument Operational { get; init; }

    /// <summary>Embodied emissions (hardware manufacturing) in g CO2e per request.</summary>
    [JsonPropertyName("embodied_g_per_request")]
    public required QuantityDocument Embodied { get; init; }

    /// <summary>Totals of a campaign or a rate.</summary>
    public required IReadOnlyList<RequestTotal> Totals { get; init; }

    /// <summary>What was chosen or assumed, in sentences.</summary>
    public required ImmutableArray<string> Assumptions { get; init; }

    /// <summary>Sources of the factors, once each.</summary>
    public required IReadOnlyList<Source> Sources { get; init; }

    /// <summary>An estimate as an answer.</summary>
    public static InferenceEstimatePart From(InferenceEstimate estimate, double? requests, double? requestsPerDay) => new()
    {
        Hardware = estimate.Accelerator.Name,
        Gpus = estimate.Configuration.Gpus,
        Replicas = estimate.Replicas,
        Batch = estimate.Configuration.Batch,
        Precision = estimate.Format.Name,
        Model = estimate.Model?.Name,
        SizeUndisclosed = estimate.Model?.Undisclosed is not null,
        Parameters = estimate.Configuration.Parameters,
        ActiveParameters = estimate.Configuration.ActiveParameters,
        PromptTokens = estimate.Configuration.PromptTokens,
        OutputTokens = estimate.Configuration.OutputTokens,
        SoftwareYear = estimate.SoftwareYear,
        BusyShare = requestsPerDay is null ? null : estimate.BusyShare,
        GpuEnergyPerToken = QuantityDocument.From(estimate.GpuEnergyPerToken),
        GpuEnergy = QuantityDocument.From(estimate.GpuEnergy),
        WaitingEnergy = estimate.IdleEnergy is { } waiting ? QuantityDocument.From(waiting) : null,
        ItEnergy = QuantityDocument.From(estimate.ItEnergy),
        FacilityEnergy = QuantityDocument.From(estimate.FacilityEnergy),
        Emissions = QuantityDocument.From(estimate.Emissions),
        Operational = QuantityDocument.From(estimate.Operational),
        Embodied = QuantityDocument.From(estimate.Embodied),
        Totals = RequestTotal.CreateAll(estimate.FacilityEnergy, estimate.Emissions, requests, requestsPerDay),
        Assumptions = [.. estimate.Assumptions.Select(one => one.Text)],
        Sources = estimate.GetSources(),
    };
}
