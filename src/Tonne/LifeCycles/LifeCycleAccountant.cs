using System.Collections.Immutable;
using System.Globalization;
using Tonne.Accounting;
using Tonne.Catalogs;
using Tonne.Quantities;

namespace Tonne.LifeCycles;

/// <summary>
/// Accounts a described life cycle with the <see cref="Accountant"/>, and sums the results by boundary, by phase and in total.
/// </summary>
/// <remarks>
/// A phase has described uses and runs. Boundaries widen from the work itself: dynamic, + idle, + infrastructure (at the plug), +
/// facility (PUE, once, and not on energy that
/// includes it already), + embodied. See docs/methods/life-cycle.md. Not thread safe.
/// </remarks>
public sealed class LifeCycleAccountant
{
    const double Rounding = 0.01;

    readonly UncertaintyPropagator _uncertainty = new();
    readonly Dictionary<Derivation, Bounds> _bounds = new(ReferenceEqualityComparer.Instance);

    /// <summary>Accounts a life cycle.</summary>
    /// <param name="description">The description.</param>
    /// <param name="findRuns">Finds the runs of a query: at least one, or an explanation.</param>
    /// <param name="estimate">Estimates the phases that ask for an estimate; null if none does.</param>
    public LifeCycle Account(LifeCycleDescription description, Func<RunQuery, IReadOnlyList<LedgerEntry>> findRuns, Func<EstimateRequest, EstimatedUse>? estimate = null)
    {
        var warnings = new List<Warning>();
        var accounted = new List<FigureInputs>();
        var phases = ImmutableArray.CreateBuilder<AccountedPhase>();
        foreach (var written in description.Phases)
        {
            var estimated = written.Estimate is { } asked
                ? (estimate ?? throw new ArgumentNullException(nameof(estimate), "A phase asks for an estimate."))(asked)
                : null;
            var described = estimated is null ? written : AddEstimate(written, estimated);
            List<LedgerEntry> entries = [.. described.Runs.SelectMany(findRuns).DistinctBy(entry => entry.Record.Opening.Id)];
            List<RunGroup> groups = [.. RunGroup.GroupRuns(entries)];
            var uses = described.Uses.Select(use => Use(use.Category, use.Use, use.Factors)).Concat(groups.Select(group => Use(EnergyCategory.Dynamic, group.Use, group.Factors))).ToList();
            var embodied = DeriveEmbodied(described, groups, estimated);
            var market = DeriveMarketBased(described, uses, warnings.Add);
            var all = new FigureInputs(described.Id + ".", [described.Id], uses, embodied, market);
            accounted.Add(all);
            phases.Add(Phase(described, entries, all));
            warnings.AddRange(described.Warnings);
            warnings.AddRange(uses.SelectMany(use => use.Factors.Warnings));
        }

        var markets = accounted.Any(phase => phase.Market is not null)
            ? new Derivation.Sum("market-based emissions", "kg CO2e", [.. accounted.Select(phase => phase.Market ?? Sum("operational emissions", "kg CO2e", phase.Uses.Select(use => use.Footprint.Operational)))])
            : null;
        ImmutableArray<Derivation> made = [.. accounted.Select(phase => phase.Embodied).OfType<Derivation>()];
        var life = new FigureInputs("", [.. description.Phases.Select(phase => phase.Id)], [.. accounted.SelectMany(phase => phase.Uses)],
            made.IsEmpty ? null : Sum("embodied emissions", "kg CO2e", made), markets);
        var done = phases.ToImmutable();
        var whole = FiguresOf(life);
        warnings.AddRange(FindOmissions(done));
        warnings.AddRange(FindRunWarnings(done));
        return new LifeCycle
        {
            Description = description,
            Phases = done,
            Totals = whole,
            BreakEvens = [.. ComputeBreakEvens(done)],
            ExactInputs = [.. whole.GetFigures().Concat(done.SelectMany(phase => phase.GetAllFigures())).SelectMany(figure => figure.Derivation.GetFactors())
                .Where(factor => factor.Bounds.IsExact && factor.Id.StartsWith("described/", StringComparison.Ordinal)).DistinctBy(factor => factor.Id)],
            Warnings = [.. warnings.Distinct()],
        };
    }

    /// <summary>A use or a run with its emissions: as described, and at the plug without PUE.</summary>
    sealed record AccountedUse(EnergyCategory Part, PhaseUse Use, AccountingFactors Factors, Formulas Footprint, Formulas WithoutPue);

    /// <summary>The formulas of a use, before bounds.</summary>
    sealed record Formulas(Derivation FacilityEnergy, Derivation Operational, Derivation? Water)
    {
        public static Formulas Derive(PhaseUse use, AccountingFactors factors)
        {
            var (facility, operational, water) = Accountant.Derive(use, factors);
            return new Formulas(facility, operational, water);
        }
    }

    sealed record FigureInputs(string Prefix, ImmutableArray<string> Components, IReadOnlyList<AccountedUse> Uses, Derivation? Embodied, Derivation? Market);

    static AccountedUse Use(EnergyCategory part, PhaseUse use, AccountingFactors factors) => new(part, use, factors, Formulas.Derive(use, factors), Formulas.Derive(use with { IncludesFacility = true }, factors));

    /// <summary>Adds the estimated use to a phase, as if it had been described.</summary>
    static DescribedPhase AddEstimate(DescribedPhase phase, EstimatedUse estimated)
    {
        return phase with
        {
            Uses =
            [
                .. phase.Uses, CreateEstimatedUse(EnergyCategory.Dynamic, estimated.Energy),
                .. estimated.Idle is { } idle ? [CreateEstimatedUse(EnergyCategory.Idle, idle)] : ImmutableArray<DescribedUse>.Empty,
            ],
            Computation = phase.Computation ?? estimated.Computation,
            Units = phase.Units.IsEmpty ? estimated.Units : phase.Units,
            Chips = estimated.ChipHours is { } hours ? [.. phase.Chips, (estimated.Chip, hours)] : phase.Chips,
            Notes = [.. phase.Notes, .. estimated.Assumptions],
            Warnings = [.. phase.Warnings, new Warning("estimated", $"{phase.Name} is estimated, neither measured nor described.", "See 'tonne estimate validate' for the error of estimates.")],
        };

        DescribedUse CreateEstimatedUse(EnergyCategory part, Derivation energy) => new(part, new PhaseUse(
            "estimate", new Boundary(BoundaryExtent.It, ["estimate"], AllocationPolicy.Described), energy,
            Quality: energy.GetFactors().Any(factor => factor.Quality == Quality.Assumed) ? Quality.Assumed : Quality.Modelled), phase.Estimate!.Factors);
    }

    static Derivation? DeriveEmbodied(DescribedPhase phase, List<RunGroup> groups, EstimatedUse? estimated)
    {
        var pieces = new List<Derivation>();
        if (estimated is not null)
            pieces.Add(estimated.Embodied);
        if (phase.Hardware.Length > 0)
            pieces.Add(Accountant.DeriveEmbodied(phase.Hardware));
        if (phase.GivenEmbodied is { } given)
            pieces.Add(new Derivation.FactorNode(given));
        pieces.AddRange(groups.Select(group => group.Embodied).OfType<Derivation>());
        return pieces.Count == 0 ? null : Sum("embodied emissions of " + phase.Name, "kg CO2e", pieces);
    }

    static Derivation? DeriveMarketBased(DescribedPhase phase, List<AccountedUse> uses, Action<Warning> onWarning)
    {
        if (phase.Market is not { } supply || uses.Count == 0)
            return null;
        var facility = Sum("facility energy", "kWh", uses.Select(use => use.Footprint.FacilityEnergy));
        var location = Sum("operational emissions", "kg CO2e", uses.Select(use => use.Footprint.Operational));
        return Accountant.DeriveMarketBased(phase.Name, facility, location, supply, onWarning);
    }

    AccountedPhase Phase(DescribedPhase described, List<LedgerEntry> entries, FigureInputs all)
    {
        var figures = FiguresOf(all);
        var days = described.Duration is { } duration ? new Derivation.Product("days", "d", [new Derivation.FactorNode(duration)], 1 / 24d) : null;
        return new AccountedPhase
        {
            Description = described,
            Figures = figures,
            Factors = [.. all.Uses.Select(use => use.Factors).DistinctBy(factors => (factors.Grid.Intensity.Id, factors.Pue.Id))],
            Runs = [.. entries],
            EnergyPerDay = days is null || all.Uses.Count == 0 ? null : CreateRate(figures.FacilityEnergy, all.Prefix + "energy_kwh_per_day", "kWh/d", days),
            EmissionsPerDay = days is null ? null : CreateRate(figures.Total, all.Prefix + "emissions_kg_per_day", "kg CO2e/d", days),
            PerUnit = [.. described.Units.Select(unit => (unit, CreateRate(figures.FacilityEnergy, $"{all.Prefix}energy_kwh_per_{Slug(unit)}", "kWh", new Derivation.FactorNode(unit.Count)),
                CreateRate(figures.Total, $"{all.Prefix}emissions_kg_per_{Slug(unit)}", "kg CO2e", new Derivation.FactorNode(unit.Count))))],
            OmittedBoundaries = [.. FindOmissions(described, all, entries.Count > 0)],
            Notes = [.. described.Notes, .. FindDisagreements(described, all, figures)],
        };
    }

    /// <summary>Categories that a phase does not describe. A run's share of its machine includes the idle energy.</summary>
    static IEnumerable<string> FindOmissions(DescribedPhase phase, FigureInputs all, bool fromRuns)
    {
        if (all.Uses.Count > 0 && !fromRuns && all.Uses.All(use => use.Part != EnergyCategory.Idle))
            yield return "idle";
        if (all.Uses.Count > 0 && !all.Uses.Any(use => use.Part == EnergyCategory.Infrastructure || use.Use.IncludesFacility))
            yield return "infrastructure";
        if (all.Embodied is null)
            yield return "embodied";
    }

    static IEnumerable<Warning> FindOmissions(ImmutableArray<AccountedPhase> phases)
    {
        foreach (var group in phases.Where(phase => phase.OmittedBoundaries.Length > 0).GroupBy(phase => string.Join(", ", phase.OmittedBoundaries)))
            yield return new Warning("not-described", $"{string.Join(", ", group.Select(phase => phase.Description.Name))}: "
                + $"{group.Key} not described and therefore not included; it is unknown, not zero.");
    }

    /// <summary>Warnings of the runs, each once, and warnings about runs that two phases include.</summary>
    static IEnumerable<Warning> FindRunWarnings(ImmutableArray<AccountedPhase> phases)
    {
        var runs = phases.SelectMany(phase => phase.Runs.Select(run => (Phase: phase.Description.Name, Run: run.Record))).ToList();
        foreach (var twice in runs.GroupBy(run => run.Run.Opening.Id, StringComparer.Ordinal).Where(group => group.Count() > 1))
            yield return new Warning("run-counted-twice", $"The run {twice.Key} is part of "
                + $"{string.Join(" and ", twice.Select(run => run.Phase))}: the total includes it {twice.Count()} times.");
        foreach (var said in runs.DistinctBy(run => run.Run.Opening.Id).SelectMany(run => run.Run.Opening.Warnings.Concat(run.Run.Warnings).Select(warning => (Warning: warning, run.Run.Opening.Id))).GroupBy(said => said.Warning))
        {
            var ids = said.Select(one => one.Id).Distinct(StringComparer.Ordinal).ToList();
            yield return said.Key with { Text = $"{(ids.Count == 1 ? $"run {ids[0]}" : $"{ids.Count} runs")}: {said.Key.Text}" };
        }
    }

    LifeCycleFigures FiguresOf(FigureInputs all)
    {
        var (quality, measured) = QualityOf(all.Uses);
        var gpuOnly = all.Uses.Count > 0 && all.Uses.All(use => use.Use.Boundary.Extent == BoundaryExtent.Gpu);
        var it = new Boundary(gpuOnly ? BoundaryExtent.Gpu : BoundaryExtent.It, all.Components, AllocationPolicy.Described);
        var bases = all.Uses.Select(use => use.Factors.Grid.Basis).Distinct().ToList();
        var basis = bases.Count == 1 ? bases[0] : bases.Count == 0 ? IntensityBasis.Unstated : IntensityBasis.MixedBases;
        var building = it with { Extent = gpuOnly ? BoundaryExtent.Gpu : BoundaryExtent.Facility };
        var carbon = building with { Method = AccountingMethod.Location, Basis = basis };
        var energy = Sum("energy", "kWh", all.Uses.Select(use => use.Use.Energy));
        var facility = Sum("facility energy", "kWh", all.Uses.Select(use => use.Footprint.FacilityEnergy));
        var operational = Sum("operational emissions", "kg CO2e", all.Uses.Select(use => use.Footprint.Operational));
        var total = all.Embodied is null ? operational : all.Uses.Count == 0 ? all.Embodied : new Derivation.Sum("operational and embodied emissions", "kg CO2e", [operational, all.Embodied]);
        var embodied = all.Embodied is null ? null
            : Make("emissions_kg.embodied", new Boundary(BoundaryExtent.Hardware, [], AllocationPolicy.Described, Embodied: true), all.Embodied, all.Embodied.GetFactors().Select(factor => factor.Quality).DefaultIfEmpty(Quality.Assumed).Max(), 0);
        var water = WaterOf(all.Uses.Select(use => use.Footprint.Water));
        return new LifeCycleFigures
        {
            Steps = [.. Steps()],
            Energy = Make("energy_kwh", it, energy, quality, measured),
            FacilityEnergy = Make("facility_energy_kwh", building, facility, quality, measured),
            Operational = Make("emissions_kg.operational", carbon, operational, quality, measured),
            Embodied = embodied,
            Total = Make("emissions_kg.total", carbon with { Embodied = embodied is not null }, total, quality, measured),
            Water = water is null ? null : Make("water_l", building with { Method = AccountingMethod.OnSiteAndGrid }, water, Quality.Assumed, measured),
            MarketBased = all.Market is null ? null : Make("emissions_kg.market_based", carbon with { Method = AccountingMethod.Market }, all.Market, quality, measured),
        };

        Figure Make(string name, Boundary boundary, Derivation derivation, Quality worst, double share) => new(all.Prefix + name, boundary, BoundsOf(derivation), worst, share, derivation);

        IEnumerable<BoundaryStep> Steps()
        {
            var inside = new List<AccountedUse>();
            var names = new List<string>();
            foreach (var part in Enum.GetValues<EnergyCategory>())
            {
                var added = all.Uses.Where(use => use.Part == part).ToList();
                if (added.Count == 0)
                    continue;
                var word = part.ToString().ToLowerInvariant();
                inside.AddRange(added);
                names.Add(word);
                var plug = it with { Components = [.. names] };
                var one = it with { Components = [word] };
                var (addedQuality, addedMeasured) = QualityOf(added);
                var (soFarQuality, soFarMeasured) = QualityOf(inside);
                var flow = WaterOf(inside.Select(use => use.WithoutPue.Water));
                yield return new BoundaryStep(word,
                    Make($"{word}.energy_kwh", one, Sum($"{word} energy", "kWh", added.Select(use => use.Use.Energy)), addedQuality, addedMeasured),
                    Make($"{word}.emissions_kg", one with { Method = AccountingMethod.Location, Basis = basis }, Sum($"emissions of {word} energy", "kg CO2e", added.Select(use => use.WithoutPue.Operational)), addedQuality, addedMeasured),
                    Make($"to_{word}.energy_kwh", plug, Sum("energy", "kWh", inside.Select(use => use.Use.Energy)), soFarQuality, soFarMeasured),
                    Make($"to_{word}.emissions_kg", plug with { Method = AccountingMethod.Location, Basis = basis }, Sum("operational emissions", "kg CO2e", inside.Select(use => use.WithoutPue.Operational)), soFarQuality, soFarMeasured),
                    flow is null ? null : Make($"to_{word}.water_l", plug with { Method = AccountingMethod.OnSiteAndGrid }, flow, Quality.Assumed, soFarMeasured));
            }

            var cooled = all.Uses.Where(use => !use.Use.IncludesFacility && use.Factors.Pue.Bounds is not { IsExact: true, Best: 1 }).ToList();
            if (cooled.Count > 0)
            {
                yield return new BoundaryStep("facility",
                    Make("facility.energy_kwh", building, Added("energy added by the PUE", "kWh", use => use.FacilityEnergy,
                        use => use.FacilityEnergy), Quality.Assumed, 0),
                    Make("facility.emissions_kg", carbon, Added("emissions added by the PUE", "kg CO2e", use => use.Operational,
                        use => use.Operational), Quality.Assumed, 0),
                    Make("to_facility.energy_kwh", building, facility, quality, measured),
                    Make("to_facility.emissions_kg", carbon, operational, quality, measured),
                    water is null ? null : Make("to_facility.water_l", building with { Method = AccountingMethod.OnSiteAndGrid }, water, Quality.Assumed, measured));
            }

            if (embodied is not null)
            {
                yield return new BoundaryStep("embodied", null, embodied with { Name = all.Prefix + "embodied.emissions_kg" },
                    Make("to_embodied.energy_kwh", building, facility, quality, measured),
                    Make("to_embodied.emissions_kg", carbon with { Embodied = true }, total, quality, measured),
                    water is null ? null : Make("to_embodied.water_l", building with { Method = AccountingMethod.OnSiteAndGrid }, water, Quality.Assumed, measured));
            }

            Derivation Added(string label, string unit, Func<Formulas, Derivation> with, Func<Formulas, Derivation> without) =>
                Sum(label, unit, cooled.Select(use => (Derivation)new Derivation.Difference($"{label}, {use.Use.Name}", unit, with(use.Footprint), without(use.WithoutPue))));
        }
    }

    Figure CreateRate(Figure figure, string name, string unit, Derivation by)
    {
        var derivation = new Derivation.Quotient(name, unit, figure.Derivation, by);
        return figure with { Name = name, Bounds = BoundsOf(derivation), Derivation = derivation };
    }

    IEnumerable<BreakEven> ComputeBreakEvens(ImmutableArray<AccountedPhase> phases)
    {
        var serving = phases.Where(phase => phase.Description.Kind == PhaseKind.Deployment && phase.Description.Duration is not null && phase.Figures.Operational.Value > 0).ToList();
        var making = phases.Where(phase => phase.Description.Kind != PhaseKind.Deployment && phase.Figures.Total.Value > 0).ToList();
        if (serving.Count == 0 || making.Count == 0)
            yield break;
        var whole = serving.Concat(making).All(phase => phase.Figures.Embodied is not null);
        yield return Ratio("emissions", phase => whole ? phase.Figures.Total : phase.Figures.Operational,
            whole ? "operational and embodied emissions, location-based" : "operational emissions, location-based; embodied emissions "
                + "are not known on both sides and are left out of both");
        yield return Ratio("energy", phase => phase.Figures.FacilityEnergy, "facility energy");

        BreakEven Ratio(string measure, Func<AccountedPhase, Figure> of, string counted)
        {
            var unit = of(making[0]).Unit;
            var made = Sum("before deployment", unit, making.Select(phase => of(phase).Derivation));
            var perDay = Sum("deployment per day", unit + "/d",
                serving.Select(phase => (Derivation)new Derivation.Quotient(phase.Description.Name, unit + "/d", of(phase).Derivation,
                new Derivation.Product("days", "d", [new Derivation.FactorNode(phase.Description.Duration!)], 1 / 24d))));
            var (low, best, high) = made.GetFactors().Concat(perDay.GetFactors()).All(factor => factor.Bounds.IsExact)
                ? (made.Value / perDay.Value, made.Value / perDay.Value, made.Value / perDay.Value)
                : _uncertainty.ComputeRatio(made, perDay);
            return new BreakEven(measure, best, low, high, counted);
        }
    }

    /// <summary>Notes on published figures of a phase that do not follow from the inputs, or contradict each other.</summary>
    static IEnumerable<string> FindDisagreements(DescribedPhase phase, FigureInputs all, LifeCycleFigures figures)
    {
        if (phase.Published is not { } published || all.Uses.Count == 0)
            yield break;
        var source = (published.Energy ?? published.Emissions)?.Source.Id;
        var computed = string.Create(CultureInfo.InvariantCulture, $"From the inputs: {figures.FacilityEnergy.Value:0.00} kWh and {figures.Operational.Value:0.0} kg.");
        if (published is { Energy: { } energy, Emissions: { } emissions })
        {
            var use = new PhaseUse(phase.Name, all.Uses[0].Use.Boundary, new Derivation.FactorNode(energy), IncludesFacility: true);
            var implied = Accountant.Derive(use, all.Uses[0].Factors).Operational.Value;
            if (Apart(implied, emissions.Bounds.Best))
            {
                yield return string.Create(CultureInfo.InvariantCulture,
                    $"Published for {phase.Name} ({source}): {energy.Bounds.Best:0.###} kWh and {emissions.Bounds.Best:0.###} kg, which do not agree: {energy.Bounds.Best:0.###} kWh at {all.Uses[0].Factors.Grid.Intensity.Bounds.Best:0.###} g/kWh is {implied:0} kg. {computed}");
                yield break;
            }
        }

        if ((published.Energy is { } kwh && Apart(kwh.Bounds.Best, figures.FacilityEnergy.Value)) || (published.Emissions is { } kg && Apart(kg.Bounds.Best, figures.Operational.Value)))
        {
            yield return string.Create(CultureInfo.InvariantCulture,
                $"Published for {phase.Name} ({source}): {string.Join(" and ", new[] { Printed(published.Energy, "kWh"), Printed(published.Emissions, "kg") }.OfType<string>())}, which does not follow from the inputs. {computed}");
        }

        static bool Apart(double one, double other) => Math.Abs(one - other) > Rounding * Math.Max(one, other);

        static string? Printed(Factor? factor, string unit) => factor is null ? null : string.Create(CultureInfo.InvariantCulture, $"{factor.Bounds.Best:0.###} {unit}");
    }

    static string Slug(FunctionalUnit unit) => NameMatching.ToSlug(unit.Name) is { Length: > 0 } slug ? slug : "unit";

    /// <summary>Bounds of a formula, computed once even if several figures use it.</summary>
    Bounds BoundsOf(Derivation derivation)
    {
        if (!_bounds.TryGetValue(derivation, out var bounds))
            _bounds[derivation] = bounds = _uncertainty.ComputeBounds(derivation);
        return bounds;
    }

    static (Quality Quality, double MeasuredShare) QualityOf(IReadOnlyList<AccountedUse> uses)
    {
        var total = uses.Sum(use => use.Use.Energy.Value);
        if (total <= 0)
            return (uses.Select(use => use.Use.Quality).DefaultIfEmpty(Quality.Assumed).Max(), 0);
        var above = uses.Where(use => use.Use.Energy.Value > 0.05 * total).ToList();
        return ((above.Count > 0 ? above : uses).Max(use => use.Use.Quality), uses.Sum(use => use.Use.Energy.Value * use.Use.MeasuredShare) / total);
    }

    static Derivation? WaterOf(IEnumerable<Derivation?> waters)
    {
        var all = waters.ToList();
        return all.Count == 0 || all.Exists(water => water is null) ? null : Sum("water", "L", all.OfType<Derivation>());
    }

    static Derivation Sum(string label, string unit, IEnumerable<Derivation> terms)
    {
        ImmutableArray<Derivation> all = [.. terms];
        return all.Length == 1 ? all[0] : new Derivation.Sum(label, unit, all);
    }
}
