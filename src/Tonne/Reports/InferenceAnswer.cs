using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Tonne.Estimates;
using Tonne.Explaining;
using Tonne.Quantities;

namespace Tonne.Reports;

/// <summary>What serving takes on one kind of hardware, as JSON. The unit of a quantity is in the name of its field.</summary>
public record InferenceAnswer
{
    /// <summary>Accelerator by its catalog name.</summary>
    [JsonPropertyOrder(10)]
    public required string Hardware { get; init; }

    /// <summary>Accelerators of a replica.</summary>
    [JsonPropertyOrder(10)]
    public required double Gpus { get; init; }

    /// <summary>Replicas that the rate needs; 1 without a rate.</summary>
    [JsonPropertyOrder(10)]
    public required int Replicas { get; init; }

    /// <summary>Mean number of requests served together by a replica.</summary>
    [JsonPropertyOrder(10)]
    public required double Batch { get; init; }

    /// <summary>How weights are stored.</summary>
    [JsonPropertyOrder(10)]
    public required string Precision { get; init; }

    /// <summary>All parameters.</summary>
    [JsonPropertyOrder(10)]
    public required double Parameters { get; init; }

    /// <summary>Parameters that a token uses.</summary>
    [JsonPropertyOrder(10)]
    public required double ActiveParameters { get; init; }

    /// <summary>Tokens of a prompt.</summary>
    [JsonPropertyOrder(10)]
    public required double PromptTokens { get; init; }

    /// <summary>Tokens of an answer.</summary>
    [JsonPropertyOrder(10)]
    public required double OutputTokens { get; init; }

    /// <summary>Year of the serving software.</summary>
    [JsonPropertyOrder(10)]
    public required int SoftwareYear { get; init; }

    /// <summary>Share of the time in which the replicas serve; null without a rate.</summary>
    [JsonPropertyOrder(10)]
    public required double? BusyShare { get; init; }

    /// <summary>J per output token, accelerators alone, prompt included.</summary>
    [JsonPropertyName("gpu_energy_j_per_output_token")]
    [JsonPropertyOrder(20)]
    public required QuantityDocument GpuEnergyPerToken { get; init; }

    /// <summary>Wh per request, accelerators alone while they serve.</summary>
    [JsonPropertyName("gpu_energy_wh_per_request")]
    [JsonPropertyOrder(20)]
    public required QuantityDocument GpuEnergy { get; init; }

    /// <summary>Wh per request of waiting, at the plug; null without a rate.</summary>
    [JsonPropertyName("waiting_energy_wh_per_request")]
    [JsonPropertyOrder(20)]
    public required QuantityDocument? WaitingEnergy { get; init; }

    /// <summary>Wh per request at the plug.</summary>
    [JsonPropertyName("it_energy_wh_per_request")]
    [JsonPropertyOrder(20)]
    public required QuantityDocument ItEnergy { get; init; }

    /// <summary>Wh per request with the building.</summary>
    [JsonPropertyName("facility_energy_wh_per_request")]
    [JsonPropertyOrder(20)]
    public required QuantityDocument FacilityEnergy { get; init; }

    /// <summary>g CO2e per request, electricity and making the hardware.</summary>
    [JsonPropertyName("emissions_g_per_request")]
    [JsonPropertyOrder(20)]
    public required QuantityDocument Emissions { get; init; }

    /// <summary>g CO2e per request from electricity.</summary>
    [JsonPropertyName("operational_g_per_request")]
    [JsonPropertyOrder(20)]
    public required QuantityDocument Operational { get; init; }

    /// <summary>g CO2e per request from making the hardware.</summary>
    [JsonPropertyName("embodied_g_per_request")]
    [JsonPropertyOrder(20)]
    public required QuantityDocument Embodied { get; init; }

    /// <summary>What a campaign or a rate comes to.</summary>
    [JsonPropertyOrder(20)]
    public required IReadOnlyList<TotalPart> Totals { get; init; }

    /// <summary>What was chosen or assumed, in sentences.</summary>
    [JsonPropertyOrder(30)]
    public required ImmutableArray<string> Assumptions { get; init; }

    /// <summary>Sources of the factors, once each.</summary>
    [JsonPropertyOrder(30)]
    public required IReadOnlyList<Source> Sources { get; init; }

    /// <summary>An estimate as an answer.</summary>
    public static InferenceAnswer Of(InferenceEstimate estimate, double? requests, double? requestsPerDay) => new()
    {
        Hardware = estimate.Accelerator.Name,
        Gpus = estimate.Point.Gpus,
        Replicas = estimate.Replicas,
        Batch = estimate.Point.Batch,
        Precision = estimate.Format.Name,
        Parameters = estimate.Point.Parameters,
        ActiveParameters = estimate.Point.ActiveParameters,
        PromptTokens = estimate.Point.PromptTokens,
        OutputTokens = estimate.Point.OutputTokens,
        SoftwareYear = estimate.Point.OlderSoftware ? 2024 : 2026,
        BusyShare = requestsPerDay is null ? null : estimate.BusyShare,
        GpuEnergyPerToken = QuantityDocument.Of(estimate.GpuEnergyPerToken),
        GpuEnergy = QuantityDocument.Of(estimate.GpuEnergy),
        WaitingEnergy = estimate.WaitingEnergy is { } waiting ? QuantityDocument.Of(waiting) : null,
        ItEnergy = QuantityDocument.Of(estimate.ItEnergy),
        FacilityEnergy = QuantityDocument.Of(estimate.FacilityEnergy),
        Emissions = QuantityDocument.Of(estimate.Emissions),
        Operational = QuantityDocument.Of(estimate.Operational),
        Embodied = QuantityDocument.Of(estimate.Embodied),
        Totals = [.. InferenceScreen.Totals(requests, requestsPerDay).Select(total => TotalPart.Of(estimate, total.Name, total.Requests))],
        Assumptions = estimate.Assumptions,
        Sources = estimate.Sources(),
    };

    /// <summary>What many requests come to.</summary>
    /// <param name="Name">in_all, per_day or per_year.</param>
    /// <param name="Requests">How many.</param>
    /// <param name="FacilityEnergyKwh">kWh with the building.</param>
    /// <param name="EmissionsKg">kg CO2e, electricity and making the hardware.</param>
    public sealed record TotalPart(string Name, double Requests, QuantityDocument FacilityEnergyKwh, QuantityDocument EmissionsKg)
    {
        internal static TotalPart Of(InferenceEstimate estimate, string name, double requests)
        {
            var (energy, emissions) = estimate.Of(name, requests);
            return new(name, requests, QuantityDocument.Of(energy), QuantityDocument.Of(emissions));
        }
    }
}
