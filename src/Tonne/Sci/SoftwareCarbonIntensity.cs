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
    public static readonly ImmutableArray<string> ConsumerUnits = ["token", "second", "image", "execution", "page", "inference"];

    /// <summary>Functional units of SCI for AI on the provider's side.</summary>
    public static readonly ImmutableArray<string> ProviderUnits = ["parameter", "training token", "FLOP"];

    /// <summary>The boundary.</summary>
    public required SciBoundary Boundary { get; init; }

    /// <summary>What is included, as text: phases, or the run.</summary>
    public required string IncludedParts { get; init; }

    /// <summary>R.</summary>
    public required FunctionalUnit Unit { get; init; }

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
    public static SoftwareCarbonIntensity Calculate(string run, Footprint footprint, FunctionalUnit unit, SciBoundary boundary) =>
        Create(boundary, run, unit, footprint.FacilityEnergy, footprint.Operational, footprint.Embodied, footprint.Total, footprint.Embodied is null ? [run] : []);

    /// <summary>The rates of a life cycle: one for each boundary and unit that it describes, or by the unit given.</summary>
    /// <param name="life">The life cycle.</param>
    /// <param name="unit">A unit to take instead of the described ones; null for those.</param>
    /// <param name="boundary">Only this boundary; null for consumer and provider, whichever is described.</param>
    public static IReadOnlyList<SoftwareCarbonIntensity> Calculate(LifeCycle life, FunctionalUnit? unit = null, SciBoundary? boundary = null)
    {
        var rates = new List<SoftwareCarbonIntensity>();
        foreach (var side in boundary is { } one ? [one] : new[] { SciBoundary.Consumer, SciBoundary.Provider })
        {
            var phases = life.Phases.Where(phase => side == SciBoundary.Whole || (phase.Description.Kind == PhaseKind.Deployment) == (side == SciBoundary.Consumer)).ToList();
            if (phases.Count == 0)
                continue;
            var units = unit is not null ? [unit] : UnitsOf(phases).ToList();
            rates.AddRange(units.Select(by => OfPhases(side, phases, by)));
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

    static SoftwareCarbonIntensity OfPhases(SciBoundary boundary, List<AccountedPhase> phases, FunctionalUnit unit)
    {
        var names = string.Join(" + ", phases.Select(phase => phase.Description.Name));
        ImmutableArray<Figure> embodied = [.. phases.Select(phase => phase.Figures.Embodied).OfType<Figure>()];
        var (energy, operational, total) = (Together(phase => phase.Figures.FacilityEnergy), Together(phase => phase.Figures.Operational), Together(phase => phase.Figures.Total));
        return Create(boundary, names, unit, energy, operational, embodied.IsEmpty ? null : Sum(embodied), total, [.. phases.Where(phase => phase.Figures.Embodied is null).Select(phase => phase.Description.Name)]);

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

    static SoftwareCarbonIntensity Create(SciBoundary boundary, string inside, FunctionalUnit unit, Figure energy, Figure operational, Figure? embodied, Figure total, ImmutableArray<string> withoutEmbodied)
    {
        var derivation = new Derivation.Quotient($"SCI per {unit.Name}", "kg CO2e", total.Derivation, new Derivation.FactorNode(unit.Count));
        var warnings = new List<Warning>();
        if (withoutEmbodied.Length > 0)
            warnings.Add(new Warning("sci-without-m", $"M is unknown for {string.Join(", ", withoutEmbodied)}: the rate does not "
                + "include it and is too low. ISO/IEC 21031 requires it."));
        var known = boundary switch { SciBoundary.Consumer => ConsumerUnits, SciBoundary.Provider => ProviderUnits, _ => [] };
        if (known.Length > 0 && !known.Contains(unit.Name, StringComparer.OrdinalIgnoreCase))
            warnings.Add(new Warning("sci-unit", $"'{unit.Name}' is not a unit of SCI for AI on the {boundary.ToString().ToLowerInvariant()}'s side ({string.Join(", ", known)}): the rate is one of ISO/IEC 21031."));
        return new SoftwareCarbonIntensity
        {
            Boundary = boundary,
            IncludedParts = inside,
            Unit = unit,
            Energy = energy,
            Operational = operational,
            Embodied = embodied,
            Rate = total with { Name = $"sci_kg_per_{unit.Name}", Bounds = new UncertaintyPropagator().ComputeBounds(derivation), Derivation = derivation },
            Warnings = [.. warnings],
        };
    }
}
