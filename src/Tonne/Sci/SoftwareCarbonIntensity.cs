using System.Collections.Immutable;
using Tonne.Accounting;
using Tonne.LifeCycles;
using Tonne.Quantities;

namespace Tonne.Sci;

/// <summary>Software Carbon Intensity: <c>SCI = ((E × I) + M) per R</c> (ISO/IEC 21031:2024), for AI by consumer and provider boundary.</summary>
/// <remarks>
/// E is the facility energy, I the location-based intensity: market instruments and offsets do not lower an SCI. M is the embodied
/// emissions. If M is unknown, the rate is
/// operational alone and a warning says that it is too low. R is the count of a functional unit, more than 0. See docs/methods/sci.md.
/// </remarks>
public sealed record SoftwareCarbonIntensity
{
    /// <summary>Functional units of SCI for AI on the consumer's side.</summary>
    public static readonly ImmutableArray<string> ConsumerUnits = [.. SciUnit.All.Where(unit => unit.Boundary == SciBoundary.Consumer).Select(unit => unit.Name)];

    /// <summary>Functional units of SCI for AI on the provider's side.</summary>
    public static readonly ImmutableArray<string> ProviderUnits = [.. SciUnit.All.Where(unit => unit.Boundary == SciBoundary.Provider).Select(unit => unit.Name)];

    /// <summary>The boundary.</summary>
    public required SciBoundary Boundary { get; init; }

    /// <summary>What is included, as text: phases, or the run.</summary>
    public required string IncludedParts { get; init; }

    /// <summary>R.</summary>
    public required FunctionalUnit Unit { get; init; }

    /// <summary>Whether a provider's unit counts gross or effective values; null if it is not stated, or the unit needs none.</summary>
    public SciBasis? Basis { get; init; }

    /// <summary>E, kWh.</summary>
    public required Figure Energy { get; init; }

    /// <summary>E × I, kg CO2e.</summary>
    public required Figure Operational { get; init; }

    /// <summary>M, kg CO2e; null if unknown.</summary>
    public Figure? Embodied { get; init; }

    /// <summary>The rate, kg CO2e for one unit.</summary>
    public required Figure Rate { get; init; }

    /// <summary>Warnings.</summary>
    public required ImmutableArray<Warning> Warnings { get; init; }

    /// <summary>The rate of a run.</summary>
    /// <param name="run">Name of the run.</param>
    /// <param name="footprint">Its figures.</param>
    /// <param name="unit">R.</param>
    /// <param name="boundary">The boundary.</param>
    /// <param name="basis">Whether a provider's unit is gross or effective; null if it is not stated, which is a warning.</param>
    public static SoftwareCarbonIntensity Calculate(string run, Footprint footprint, FunctionalUnit unit, SciBoundary boundary, SciBasis? basis = null) =>
        Create(boundary, run, unit, basis, footprint.FacilityEnergy, footprint.Operational, footprint.Embodied, footprint.Total, footprint.Embodied is null ? [run] : []);

    /// <summary>The rate of all runs of a campaign.</summary>
    /// <param name="campaign">The sum of the runs.</param>
    /// <param name="like">Figures of one of the runs, whose boundaries are taken.</param>
    /// <param name="unit">R.</param>
    /// <param name="boundary">The boundary.</param>
    /// <param name="basis">Whether a provider's unit is gross or effective; null if it is not stated, which is a warning.</param>
    public static SoftwareCarbonIntensity Calculate(SciCampaign campaign, Footprint like, FunctionalUnit unit, SciBoundary boundary, SciBasis? basis = null)
    {
        ArgumentNullException.ThrowIfNull(campaign);
        ArgumentNullException.ThrowIfNull(like);
        var total = campaign.CreateFigure("emissions_kg.total", "kg CO2e", campaign.Emissions, like.Total.Boundary with { Embodied = campaign.Embodied is not null });
        var embodied = campaign.Embodied is { } known
            ? campaign.CreateFigure("emissions_kg.embodied", "kg CO2e", known, like.Embodied?.Boundary ?? like.Total.Boundary) : null;
        var rate = Create(
            boundary, campaign.Description, unit, basis, campaign.CreateFigure("facility_energy_kwh", "kWh", campaign.FacilityEnergy, like.FacilityEnergy.Boundary),
            campaign.CreateFigure("emissions_kg.operational", "kg CO2e", campaign.Operational, like.Operational.Boundary), embodied, total, embodied is null ? [campaign.Name] : []);
        // The bounds of a sum of runs are already those of the ledger's totals.
        if (unit.Count.Bounds.IsExact)
            rate = rate with { Rate = rate.Rate with { Bounds = campaign.Emissions * (1 / unit.Count.Bounds.Best) } };
        return campaign.HasOneBoundary ? rate : rate with
        {
            Warnings = [.. rate.Warnings, new Warning("boundaries-differ", "The runs of the campaign have different boundaries; M is of those where it is known.", "tonne total --by campaign --json lists the boundaries.")],
        };
    }

    /// <summary>The rates of a life cycle: one for each boundary and unit that it describes, or by the unit given.</summary>
    /// <param name="life">The life cycle.</param>
    /// <param name="unit">A unit to take instead of the described ones; null for those.</param>
    /// <param name="boundary">Only this boundary; null for that of the unit, or for consumer and provider, whichever is described.</param>
    /// <param name="basis">Whether provider's units are gross or effective; null if it is not stated, which is a warning.</param>
    public static IReadOnlyList<SoftwareCarbonIntensity> Calculate(LifeCycle life, FunctionalUnit? unit = null, SciBoundary? boundary = null, SciBasis? basis = null)
    {
        boundary ??= unit is null ? null : SciUnit.Find(unit.Name)?.Boundary;
        var rates = new List<SoftwareCarbonIntensity>();
        foreach (var side in boundary is { } one ? [one] : new[] { SciBoundary.Consumer, SciBoundary.Provider })
        {
            var phases = life.Phases.Where(phase => side == SciBoundary.Whole || (phase.Description.Kind == PhaseKind.Deployment) == (side == SciBoundary.Consumer)).ToList();
            if (phases.Count == 0)
                continue;
            var units = unit is not null ? [unit] : UnitsOf(phases).ToList();
            rates.AddRange(units.Select(by => OfPhases(side, phases, by, basis)));
        }

        return rates;
    }

    static IEnumerable<FunctionalUnit> UnitsOf(List<AccountedPhase> phases)
    {
        foreach (var group in phases.SelectMany(phase => phase.Description.Units.Select(unit => (Phase: phase, Unit: unit))).GroupBy(pair => pair.Unit.Name, StringComparer.Ordinal))
        {
            // Phases with the same unit are combined.
            var counts = group.Select(pair => pair.Unit.Count).ToList();
            yield return counts.Count == 1 ? group.First().Unit : new FunctionalUnit(group.Key, counts[0] with
            {
                Id = $"described/{group.Key}",
                Bounds = new Bounds(counts.Sum(count => count.Bounds.Low), counts.Sum(count => count.Bounds.Best), counts.Sum(count => count.Bounds.High)),
            });
        }

        if (phases.Where(phase => phase.Description.Computation is not null).ToList() is [var only])
            yield return new FunctionalUnit("FLOP", only.Description.Computation!);
    }

    static SoftwareCarbonIntensity OfPhases(SciBoundary boundary, List<AccountedPhase> phases, FunctionalUnit unit, SciBasis? basis)
    {
        var names = string.Join(" + ", phases.Select(phase => phase.Description.Name));
        ImmutableArray<Figure> embodied = [.. phases.Select(phase => phase.Figures.Embodied).OfType<Figure>()];
        var (energy, operational, total) = (Together(phase => phase.Figures.FacilityEnergy), Together(phase => phase.Figures.Operational), Together(phase => phase.Figures.Total));
        return Create(boundary, names, unit, basis, energy, operational, embodied.IsEmpty ? null : Sum(embodied), total, [.. phases.Where(phase => phase.Figures.Embodied is null).Select(phase => phase.Description.Name)]);

        Figure Together(Func<AccountedPhase, Figure> of) => Sum([.. phases.Select(of)]);
    }

    static Figure Sum(ImmutableArray<Figure> figures)
    {
        if (figures.Length == 1)
            return figures[0];
        var derivation = new Derivation.Sum(figures[0].Name[(figures[0].Name.IndexOf('.') + 1)..], figures[0].Unit, [.. figures.Select(figure => figure.Derivation)]);
        var whole = figures.Sum(figure => figure.Value);
        return figures[0] with
        {
            Name = derivation.Label,
            Boundary = figures[0].Boundary with { Components = [.. figures.SelectMany(figure => figure.Boundary.Components).Distinct()] },
            Bounds = new UncertaintyPropagator().ComputeBounds(derivation),
            Quality = figures.Max(figure => figure.Quality),
            MeasuredShare = whole > 0 ? figures.Sum(figure => figure.Value * figure.MeasuredShare) / whole : 0,
            Derivation = derivation,
        };
    }

    static SoftwareCarbonIntensity Create(
        SciBoundary boundary, string inside, FunctionalUnit unit, SciBasis? basis, Figure energy, Figure operational, Figure? embodied, Figure total, ImmutableArray<string> withoutEmbodied)
    {
        var derivation = new Derivation.Quotient($"SCI per {unit.Name}", "kg CO2e", total.Derivation, new Derivation.FactorNode(unit.Count));
        var warnings = new List<Warning>();
        if (withoutEmbodied.Length > 0)
            warnings.Add(new Warning("sci-without-m", $"M is unknown for {string.Join(", ", withoutEmbodied)}: the rate does not "
                + "include it and is too low. ISO/IEC 21031 requires it."));
        var known = SciUnit.Find(unit.Name);
        if (known is null)
            warnings.Add(new Warning("sci-unit", $"'{unit.Name}' is not a unit of SCI for AI (consumer: {string.Join(", ", ConsumerUnits)}; provider: {string.Join(", ", ProviderUnits)}): the rate is one of ISO/IEC 21031."));
        else if (boundary != SciBoundary.Whole && known.Boundary != boundary)
            warnings.Add(new Warning("sci-unit", $"'{unit.Name}' is a unit of the {EnumWords.Format(known.Boundary)}'s side in SCI for AI, not of the {EnumWords.Format(boundary)}'s: the rate is one of ISO/IEC 21031."));
        var needsBasis = known?.Boundary == SciBoundary.Provider;
        if (needsBasis && basis is null)
            warnings.Add(new Warning("sci-basis", $"It is not stated whether '{unit.Name}' counts gross or effective values; SCI for AI requires it.", "--basis gross|effective"));
        return new SoftwareCarbonIntensity
        {
            Boundary = boundary,
            IncludedParts = inside,
            Unit = unit,
            Basis = needsBasis ? basis : null,
            Energy = energy,
            Operational = operational,
            Embodied = embodied,
            Rate = total with { Name = $"sci_kg_per_{unit.Name}", Bounds = new UncertaintyPropagator().ComputeBounds(derivation), Derivation = derivation },
            Warnings = [.. warnings],
        };
    }
}
