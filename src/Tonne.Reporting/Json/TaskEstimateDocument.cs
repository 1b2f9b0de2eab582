using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;
using Tonne.Accounting;
using Tonne.Estimation.Tasks;
using Tonne.Quantities;

namespace Tonne.Reporting.Json;

/// <summary>An estimate of one answer of a measured task, as JSON, schema <c>tonne.task-estimate/1</c>.</summary>
public sealed record TaskEstimateDocument
{
    /// <summary>Schema.</summary>
    public string Schema { get; init; } = "tonne.task-estimate/1";

    /// <summary>Version of the accounting method.</summary>
    public string Method { get; init; } = Accountant.MethodVersion;

    /// <summary>Hash of the factor tables.</summary>
    public required string FactorsHash { get; init; }

    /// <summary>The task.</summary>
    public required string Task { get; init; }

    /// <summary>The model; null for the mean of a study's models.</summary>
    public required string? Model { get; init; }

    /// <summary>The functional unit: request, image or video.</summary>
    public required string Per { get; init; }

    /// <summary>The hardware it was measured on.</summary>
    public required string Hardware { get; init; }

    /// <summary>Energy of an answer in Wh, within the boundary that was measured.</summary>
    [JsonPropertyName("measured_energy_wh_per_request")]
    public required QuantityDocument Measured { get; init; }

    /// <summary>Wh at the plug.</summary>
    [JsonPropertyName("it_energy_wh_per_request")]
    public required QuantityDocument ItEnergy { get; init; }

    /// <summary>Facility energy (PUE included) in Wh.</summary>
    [JsonPropertyName("facility_energy_wh_per_request")]
    public required QuantityDocument FacilityEnergy { get; init; }

    /// <summary>Total emissions in g CO2e: operational and embodied.</summary>
    [JsonPropertyName("emissions_g_per_request")]
    public required QuantityDocument Emissions { get; init; }

    /// <summary>Operational emissions (electricity) in g CO2e.</summary>
    [JsonPropertyName("operational_g_per_request")]
    public required QuantityDocument Operational { get; init; }

    /// <summary>Embodied emissions (hardware manufacturing) in g CO2e.</summary>
    [JsonPropertyName("embodied_g_per_request")]
    public required QuantityDocument Embodied { get; init; }

    /// <summary>Totals of a campaign or a rate.</summary>
    public required IReadOnlyList<RequestTotal> Totals { get; init; }

    /// <summary>What was assumed, in sentences.</summary>
    public required ImmutableArray<string> Assumptions { get; init; }

    /// <summary>Sources of the factors, once each.</summary>
    public required IReadOnlyList<Source> Sources { get; init; }

    /// <summary>An estimate as a document.</summary>
    public static TaskEstimateDocument From(TaskEstimate estimate, double? requests, double? requestsPerDay) => new()
    {
        FactorsHash = estimate.Factors.FactorsHash,
        Task = estimate.Task.Task,
        Model = estimate.Task.Model.Length == 0 ? null : estimate.Task.Model,
        Per = estimate.Task.Unit,
        Hardware = estimate.Task.Accelerator.Name,
        Measured = QuantityDocument.From(estimate.Measured),
        ItEnergy = QuantityDocument.From(estimate.ItEnergy),
        FacilityEnergy = QuantityDocument.From(estimate.FacilityEnergy),
        Emissions = QuantityDocument.From(estimate.Emissions),
        Operational = QuantityDocument.From(estimate.Operational),
        Embodied = QuantityDocument.From(estimate.Embodied),
        Totals = RequestTotal.CreateAll(estimate.FacilityEnergy, estimate.Emissions, requests, requestsPerDay),
        Assumptions = [.. estimate.Assumptions.Select(one => one.Text)],
        Sources = estimate.GetSources(),
    };

    /// <summary>The document as JSON text, indented.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, ReportJson.Readable.TaskEstimateDocument);
}
