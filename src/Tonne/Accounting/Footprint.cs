using System.Collections.Immutable;
using Tonne.Quantities;

namespace Tonne.Accounting;

/// <summary>The figures of a run under one method and one set of factors, each with its derivation.</summary>
/// <remarks>
/// Not stored. The ledger keeps a <see cref="FootprintStatement"/>, from which the <see cref="Accountant"/> computes the same footprint
/// again.
/// </remarks>
public sealed record Footprint
{
    /// <summary>Version of the method. It changes whenever the definition of a figure does.</summary>
    public required string Method { get; init; }

    /// <summary>The factors used.</summary>
    public required AccountingFactors Factors { get; init; }

    /// <summary>The job's energy at the plug, kWh.</summary>
    public required Figure Energy { get; init; }

    /// <summary>The whole machine's energy at the plug, kWh.</summary>
    public required Figure MachineEnergy { get; init; }

    /// <summary>The job's facility energy (PUE included), kWh.</summary>
    public required Figure FacilityEnergy { get; init; }

    /// <summary>Operational emissions, kg CO2e, location-based.</summary>
    public required Figure Operational { get; init; }

    /// <summary>Embodied emissions, kg CO2e; null where no cited factor fits.</summary>
    public Figure? Embodied { get; init; }

    /// <summary>Operational and embodied, kg CO2e; operational alone where embodied is null. Its boundary states whether embodied emissions
    /// are
    /// included.</summary>
    public required Figure Total { get; init; }

    /// <summary>Water used on site and in generation, L; null where the site's WUE is unknown.</summary>
    public Figure? Water { get; init; }

    /// <summary>Figures by stage, in the record's order.</summary>
    public required ImmutableArray<StageFigures> Stages { get; init; }

    /// <summary>Figures by epoch, in the record's order.</summary>
    public required ImmutableArray<StageFigures> Epochs { get; init; }

    /// <summary>Figures by rank, in the record's order; empty if the run has no ranks.</summary>
    public ImmutableArray<StageFigures> Ranks { get; init; } = [];

    /// <summary>Figures by series of steps, in the record's order.</summary>
    public ImmutableArray<StageFigures> StepSeries { get; init; } = [];

    /// <summary>Figures of the data that moved during the run: in no sum.</summary>
    public ImmutableArray<DataFigures> Data { get; init; } = [];

    /// <summary>Warnings about the accounting.</summary>
    public ImmutableArray<Warning> Warnings { get; init; } = [];

    /// <summary>All figures by name, for <c>explain</c>: those of the run, then of its stages, epochs and ranks, then of its data.</summary>
    public IEnumerable<Figure> GetFigures() =>
        GetRunFigures().Concat(Stages.Concat(Epochs).Concat(StepSeries).Concat(Ranks).Where(part => !part.IsWithheld).SelectMany(part => new[] { part.Energy, part.Emissions }))
            .Concat(Data.SelectMany(data => new[] { data.Energy, data.Emissions }));

    /// <summary>The figures of the whole run.</summary>
    public IEnumerable<Figure> GetRunFigures()
    {
        yield return Energy;
        yield return MachineEnergy;
        yield return FacilityEnergy;
        yield return Operational;
        if (Embodied is not null)
            yield return Embodied;
        yield return Total;
        if (Water is not null)
            yield return Water;
    }

    /// <summary>Creates the statement that the ledger keeps: the factors, and the figures as stated.</summary>
    /// <param name="at">When the figures were computed, UTC.</param>
    public FootprintStatement CreateStatement(DateTimeOffset at) => new()
    {
        Method = Method,
        FactorsHash = Factors.FactorsHash,
        AccountedAt = at,
        Factors = Factors,
        Figures = [.. GetRunFigures().Select(figure =>
            new StatedFigure(figure.Name, figure.Unit, figure.Boundary.ToString(), figure.Bounds, figure.Quality, figure.MeasuredShare))],
    };

    /// <summary>Every source cited, once each.</summary>
    public IReadOnlyList<Source> GetSources() =>
    [
        .. GetRunFigures().SelectMany(figure => figure.Derivation.GetFactors())
            .Select(factor => factor.Source).DistinctBy(source => source.Id),
    ];
}
