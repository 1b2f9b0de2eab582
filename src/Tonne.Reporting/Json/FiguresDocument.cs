using System.Text.Json;
using Tonne.Accounting;
using Tonne.Runs;

namespace Tonne.Reporting.Json;

/// <summary>What a run has used so far, as the answer to its own program, schema <c>tonne.figures/1</c>.</summary>
public sealed record FiguresDocument
{
    /// <summary>Schema.</summary>
    public string Schema { get; init; } = "tonne.figures/1";

    /// <summary>Id of the run.</summary>
    public required string Run { get; init; }

    /// <summary>Name of the run.</summary>
    public required string Name { get; init; }

    /// <summary>Time since the start that the figures cover, s.</summary>
    public required double DurationS { get; init; }

    /// <summary>The job's IT energy, kWh.</summary>
    public required QuantityDocument EnergyKwh { get; init; }

    /// <summary>The same with what the facility needs, kWh.</summary>
    public required QuantityDocument FacilityEnergyKwh { get; init; }

    /// <summary>Emissions, kg CO2e.</summary>
    public required RunDocument.EmissionsPart EmissionsKg { get; init; }

    /// <summary>The stage that was asked for; null if none was, or the run has none of this name.</summary>
    public StageFiguresPart? Stage { get; init; }

    /// <summary>The figures of a run, and of the last of its stages that has a name.</summary>
    /// <param name="record">The run so far.</param>
    /// <param name="footprint">Its footprint.</param>
    /// <param name="stage">Name of the stage. Default: null, none.</param>
    public static FiguresDocument From(RunRecord record, Footprint footprint, string? stage = null)
    {
        ArgumentNullException.ThrowIfNull(record);
        ArgumentNullException.ThrowIfNull(footprint);
        var found = stage is null ? default : record.Stages.Zip(footprint.Stages).LastOrDefault(pair => pair.First.Name == stage);
        return new FiguresDocument
        {
            Run = record.Opening.Id,
            Name = record.Opening.Name,
            DurationS = record.DurationSeconds,
            EnergyKwh = QuantityDocument.From(footprint.Energy),
            FacilityEnergyKwh = QuantityDocument.From(footprint.FacilityEnergy),
            EmissionsKg = new RunDocument.EmissionsPart(
                QuantityDocument.From(footprint.Operational),
                footprint.Embodied is { } embodied ? QuantityDocument.From(embodied) : null,
                QuantityDocument.From(footprint.Total)),
            Stage = found.First is { } known && found.Second is { IsWithheld: false } figures
                ? new StageFiguresPart(known.Name, known.DurationSeconds, QuantityDocument.From(figures.Energy), QuantityDocument.From(figures.Emissions)) : null,
        };
    }

    /// <summary>The document on one line.</summary>
    public string ToJsonLine() => JsonSerializer.Serialize(this, ReportJson.OneLine.FiguresDocument);

    /// <summary>A stage.</summary>
    /// <param name="Name">Name.</param>
    /// <param name="DurationS">Duration so far, s.</param>
    /// <param name="EnergyKwh">The job's IT energy in it, kWh.</param>
    /// <param name="EmissionsKg">Emissions, kg CO2e.</param>
    public sealed record StageFiguresPart(string Name, double DurationS, QuantityDocument EnergyKwh, QuantityDocument EmissionsKg);
}
