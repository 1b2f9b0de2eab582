using System.Collections.Immutable;
using System.Globalization;
using Tonne.Accounting;
using Tonne.Catalogs;
using Tonne.Quantities;
using Tonne.Runs;

namespace Tonne.LifeCycles;

/// <summary>
/// Computes the footprint of a described life cycle with the <see cref="Accountant"/>: by phase, by boundary and in total.
/// </summary>
/// <remarks>
/// The energy of a phase comes from uses that its description states, and from runs of the ledger. The boundaries, from narrow to wide:
/// dynamic (the work itself), + idle, + infrastructure (all three at the plug), + facility (PUE, applied once, and not to energy that
/// includes it already), + embodied. See docs/methods/life-cycle.md. Not thread safe.
/// </remarks>
public sealed class LifeCycleAccountant
{
    // Relative difference up to which a published figure agrees with another one: both are rounded.
    const double RoundingTolerance = 0.01;

    // A use with a smaller share of the energy does not lower the quality of the whole figure.
    const double NegligibleEnergyShare = 0.05;

    readonly UncertaintyPropagator _uncertainty = new();
    readonly Dictionary<Derivation, Bounds> _bounds = new(ReferenceEqualityComparer.Instance);

    /// <summary>Computes the footprint of a life cycle.</summary>
    /// <param name="description">The description.</param>
    /// <param name="findRuns">Finds the runs of a query, at least one; throws with an explanation if there are none.</param>
    /// <param name="estimate">Computes the estimates that phases ask for; null if no phase does.</param>
    public LifeCycle Account(
        LifeCycleDescription description,
        Func<RunQuery, IReadOnlyList<LedgerEntry>> findRuns,
        Func<EstimateRequest, EstimatedUse>? estimate = null)
    {
        var warnings = new List<Warning>();
        var inputsOfPhases = new List<FigureInputs>();
        var phases = ImmutableArray.CreateBuilder<AccountedPhase>();
        var runsOfPhases = description.Phases.Select(phase => phase.Runs.SelectMany(findRuns).DistinctBy(entry => entry.Record.Opening.Id).ToList()).ToList();
        var nested = NestedRuns.Find(runsOfPhases.SelectMany(runs => runs).Select(entry => entry.Record)
            .Select(run => (run.Opening.Id, run.Opening.Parent, run.Opening.StartedAt, (double?)run.DurationSeconds)));
        warnings.AddRange(nested.Select(pair => new Warning("nested-run", $"Run {pair.Key} was started inside run {pair.Value}, whose energy includes its own: it is not counted again.")));
        foreach (var (described, found) in description.Phases.Zip(runsOfPhases))
        {
            var estimated = described.Estimate is { } request
                ? (estimate ?? throw new ArgumentNullException(nameof(estimate), "A phase asks for an estimate."))(request)
                : null;
            var phase = estimated is null ? described : AddEstimate(described, estimated);
            var runs = found.FindAll(entry => !nested.ContainsKey(entry.Record.Opening.Id));
            var inputs = CollectInputs(phase, [.. RunGroup.GroupRuns(runs)], estimated, warnings.Add);
            inputsOfPhases.Add(inputs);
            phases.Add(AccountPhase(phase, runs, inputs));
            warnings.AddRange(phase.Warnings);
            warnings.AddRange(inputs.Uses.SelectMany(use => use.Factors.Warnings));
        }

        var accountedPhases = phases.ToImmutable();
        var totals = ComputeFigures(CombineInputs(inputsOfPhases, description));
        warnings.AddRange(FindOmissions(accountedPhases));
        warnings.AddRange(FindRunWarnings(accountedPhases));
        return new LifeCycle
        {
            Description = description,
            Phases = accountedPhases,
            Totals = totals,
            BreakEvens = [.. ComputeBreakEvens(accountedPhases)],
            ExactInputs = [.. totals.GetFigures().Concat(accountedPhases.SelectMany(phase => phase.GetAllFigures()))
                .SelectMany(figure => figure.Derivation.GetFactors())
                .Where(factor => factor.Bounds.IsExact && factor.Id.StartsWith("described/", StringComparison.Ordinal))
                .DistinctBy(factor => factor.Id)],
            Warnings = [.. warnings.Distinct()],
        };
    }

    /// <summary>The energy of a described use or of a group of runs, with the formulas of its emissions and water.</summary>
    /// <param name="Category">Category of the energy.</param>
    /// <param name="Use">The energy.</param>
    /// <param name="Factors">Factors of its place.</param>
    /// <param name="Formulas">Formulas for the facility, PUE included.</param>
    /// <param name="WithoutPue">The same formulas with a PUE of 1.</param>
    sealed record AccountedUse(
        EnergyCategory Category, PhaseUse Use, AccountingFactors Factors, UseFormulas Formulas, UseFormulas WithoutPue)
    {
        public static AccountedUse Create(EnergyCategory category, PhaseUse use, AccountingFactors factors) => new(
            category, use, factors, UseFormulas.Derive(use, factors), UseFormulas.Derive(use with { IncludesFacility = true }, factors));
    }

    /// <summary>The formulas of a use, without bounds: kWh, kg CO2e, L.</summary>
    sealed record UseFormulas(Derivation FacilityEnergy, Derivation Operational, Derivation? Water)
    {
        public static UseFormulas Derive(PhaseUse use, AccountingFactors factors)
        {
            var (facility, operational, water) = Accountant.Derive(use, factors);
            return new UseFormulas(facility, operational, water);
        }
    }

    /// <summary>All from which the figures of a phase, or of the whole life cycle, are computed.</summary>
    /// <param name="Prefix">Prefix of the names of the figures: the phase's id and a dot; empty for the whole life cycle.</param>
    /// <param name="Components">Ids of the phases.</param>
    /// <param name="Uses">The energy.</param>
    /// <param name="Embodied">Embodied emissions, kg CO2e; null if unknown.</param>
    /// <param name="Market">Market-based emissions, kg CO2e; null if no contract is described.</param>
    sealed record FigureInputs(
        string Prefix, ImmutableArray<string> Components, IReadOnlyList<AccountedUse> Uses, Derivation? Embodied, Derivation? Market);

    static FigureInputs CollectInputs(
        DescribedPhase phase, List<RunGroup> groups, EstimatedUse? estimated, Action<Warning> onWarning)
    {
        List<AccountedUse> uses =
        [
            .. phase.Uses.Select(use => AccountedUse.Create(use.Category, use.Use, use.Factors)),
            .. groups.Select(group => AccountedUse.Create(EnergyCategory.Dynamic, group.Use, group.Factors)),
        ];
        return new FigureInputs(
            phase.Id + ".", [phase.Id], uses, DeriveEmbodied(phase, groups, estimated), DeriveMarketBased(phase, uses, onWarning));
    }

    /// <summary>The inputs of the whole life cycle. A phase without contracts is market-based at its location-based emissions.</summary>
    static FigureInputs CombineInputs(List<FigureInputs> phases, LifeCycleDescription description)
    {
        var market = phases.Exists(phase => phase.Market is not null)
            ? new Derivation.Sum("market-based emissions", "kg CO2e",
                [.. phases.Select(phase => phase.Market ?? SumOperational(phase.Uses))])
            : null;
        ImmutableArray<Derivation> embodied = [.. phases.Select(phase => phase.Embodied).OfType<Derivation>()];
        return new FigureInputs(
            "",
            [.. description.Phases.Select(phase => phase.Id)],
            [.. phases.SelectMany(phase => phase.Uses)],
            embodied.IsEmpty ? null : Sum("embodied emissions", "kg CO2e", embodied),
            market);
    }

    /// <summary>Adds the estimated use to a phase, as if it had been described.</summary>
    static DescribedPhase AddEstimate(DescribedPhase phase, EstimatedUse estimated)
    {
        List<DescribedUse> uses = [.. phase.Uses, CreateEstimatedUse(EnergyCategory.Dynamic, estimated.Energy)];
        if (estimated.Idle is { } idle)
            uses.Add(CreateEstimatedUse(EnergyCategory.Idle, idle));
        return phase with
        {
            Uses = [.. uses],
            Computation = phase.Computation ?? estimated.Computation,
            Units = phase.Units.IsEmpty ? estimated.Units : phase.Units,
            Chips = estimated.ChipHours is { } hours ? [.. phase.Chips, (estimated.Chip, hours)] : phase.Chips,
            Notes = [.. phase.Notes, .. estimated.Assumptions],
            Warnings =
            [
                .. phase.Warnings,
                new Warning("estimated", $"{phase.Name} is estimated, neither measured nor described.",
                    "See 'tonne estimate validate' for the error of estimates."),
            ],
        };

        DescribedUse CreateEstimatedUse(EnergyCategory category, Derivation energy)
        {
            var boundary = new Boundary(BoundaryExtent.It, ["estimate"], AllocationPolicy.Described);
            var quality = energy.GetFactors().Any(factor => factor.Quality == Quality.Assumed) ? Quality.Assumed : Quality.Modelled;
            return new DescribedUse(category, new PhaseUse("estimate", boundary, energy, Quality: quality), phase.Estimate!.Factors);
        }
    }

    static Derivation? DeriveEmbodied(DescribedPhase phase, List<RunGroup> groups, EstimatedUse? estimated)
    {
        var terms = new List<Derivation>();
        if (estimated is not null)
            terms.Add(estimated.Embodied);
        if (phase.Hardware.Length > 0)
            terms.Add(Accountant.DeriveEmbodied(phase.Hardware));
        if (phase.GivenEmbodied is { } given)
            terms.Add(new Derivation.FactorNode(given));
        terms.AddRange(groups.Select(group => group.Embodied).OfType<Derivation>());
        return terms.Count == 0 ? null : Sum("embodied emissions of " + phase.Name, "kg CO2e", terms);
    }

    static Derivation? DeriveMarketBased(DescribedPhase phase, List<AccountedUse> uses, Action<Warning> onWarning)
    {
        if (phase.Market is not { } supply || uses.Count == 0)
            return null;
        return Accountant.DeriveMarketBased(phase.Name, SumFacilityEnergy(uses), SumOperational(uses), supply, onWarning);
    }

    AccountedPhase AccountPhase(DescribedPhase phase, List<LedgerEntry> runs, FigureInputs inputs)
    {
        var figures = ComputeFigures(inputs);
        var days = phase.Duration is { } duration ? ConvertToDays(duration) : null;
        return new AccountedPhase
        {
            Description = phase,
            Figures = figures,
            Factors = [.. inputs.Uses.Select(use => use.Factors).DistinctBy(factors => (factors.Grid.Intensity.Id, factors.Pue.Id))],
            Runs = [.. runs],
            EnergyPerDay = days is null || inputs.Uses.Count == 0
                ? null
                : CreateRate(figures.FacilityEnergy, inputs.Prefix + "energy_kwh_per_day", "kWh/d", days),
            EmissionsPerDay = days is null ? null : CreateRate(figures.Total, inputs.Prefix + "emissions_kg_per_day", "kg CO2e/d", days),
            PerUnit = [.. phase.Units.Select(unit => (unit, CreateEnergyPerUnit(unit), CreateEmissionsPerUnit(unit)))],
            Data = [.. phase.Data.Select(AccountData)],
            OmittedBoundaries = [.. FindOmissions(inputs, runs.Count > 0)],
            Notes = [.. phase.Notes, .. FindDisagreements(phase, inputs, figures)],
        };

        (string Name, Figure Energy, Figure Emissions) AccountData(DataUse data)
        {
            var (facility, operational, _) = Accountant.Derive(data.Use, data.Factors);
            var boundary = data.Use.Boundary with { Extent = BoundaryExtent.Facility };
            var carbon = boundary with { Method = AccountingMethod.Location, Basis = data.Factors.Grid.Basis };
            return (data.Name,
                CreateAssumed("energy_kwh", boundary, facility), CreateAssumed("emissions_kg", carbon, operational));

            Figure CreateAssumed(string name, Boundary extent, Derivation derivation) => new(
                $"{inputs.Prefix}data.{data.Name}.{name}", extent, GetBounds(derivation), Quality.Assumed, 0, derivation);
        }

        Figure CreateEnergyPerUnit(FunctionalUnit unit) => CreateRate(
            figures.FacilityEnergy, $"{inputs.Prefix}energy_kwh_per_{FormatSlug(unit)}", "kWh", new Derivation.FactorNode(unit.Count));

        Figure CreateEmissionsPerUnit(FunctionalUnit unit) => CreateRate(
            figures.Total, $"{inputs.Prefix}emissions_kg_per_{FormatSlug(unit)}", "kg CO2e", new Derivation.FactorNode(unit.Count));
    }

    static Derivation ConvertToDays(Factor hours) => new Derivation.Product("days", "d", [new Derivation.FactorNode(hours)], 1 / 24d);

    /// <summary>Boundaries for which a phase has no data. The energy of a run includes its share of the machine's idle energy.</summary>
    static IEnumerable<string> FindOmissions(FigureInputs inputs, bool hasRuns)
    {
        if (inputs.Uses.Count > 0 && !hasRuns && inputs.Uses.All(use => use.Category != EnergyCategory.Idle))
            yield return "idle";
        if (inputs.Uses.Count > 0 && !inputs.Uses.Any(use => use.Category == EnergyCategory.Infrastructure || use.Use.IncludesFacility))
            yield return "infrastructure";
        if (inputs.Embodied is null)
            yield return "embodied";
    }

    static IEnumerable<Warning> FindOmissions(ImmutableArray<AccountedPhase> phases)
    {
        var byOmission = phases.Where(phase => phase.OmittedBoundaries.Length > 0)
            .GroupBy(phase => string.Join(", ", phase.OmittedBoundaries));
        foreach (var group in byOmission)
            yield return new Warning("not-described", $"{string.Join(", ", group.Select(phase => phase.Description.Name))}: "
                + $"{group.Key} not described and therefore not included; it is unknown, not zero.");
    }

    /// <summary>Warnings about runs that several phases include, and the warnings of the runs, equal ones once.</summary>
    static IEnumerable<Warning> FindRunWarnings(ImmutableArray<AccountedPhase> phases)
    {
        var runs = phases.SelectMany(phase => phase.Runs.Select(run => (Phase: phase.Description.Name, Run: run.Record))).ToList();
        foreach (var sameRun in runs.GroupBy(run => run.Run.Opening.Id, StringComparer.Ordinal).Where(group => group.Count() > 1))
            yield return new Warning("run-counted-twice", $"The run {sameRun.Key} is part of "
                + $"{string.Join(" and ", sameRun.Select(run => run.Phase))}: the total includes it {sameRun.Count()} times.");
        var warningsOfRuns = runs.Select(run => run.Run).DistinctBy(run => run.Opening.Id)
            .SelectMany(run => run.Opening.Warnings.Concat(run.Warnings).Select(warning => (Warning: warning, RunId: run.Opening.Id)));
        foreach (var sameWarning in warningsOfRuns.GroupBy(pair => pair.Warning))
        {
            var ids = sameWarning.Select(pair => pair.RunId).Distinct(StringComparer.Ordinal).ToList();
            var subject = ids.Count == 1 ? $"run {ids[0]}" : $"{ids.Count} runs";
            yield return sameWarning.Key with { Text = $"{subject}: {sameWarning.Key.Text}" };
        }
    }

    LifeCycleFigures ComputeFigures(FigureInputs inputs)
    {
        var (quality, measured) = AssessQuality(inputs.Uses);
        var gpuOnly = inputs.Uses.Count > 0 && inputs.Uses.All(use => use.Use.Boundary.Extent == BoundaryExtent.Gpu);
        var it = new Boundary(gpuOnly ? BoundaryExtent.Gpu : BoundaryExtent.It, inputs.Components, AllocationPolicy.Described);
        var facility = it with { Extent = gpuOnly ? BoundaryExtent.Gpu : BoundaryExtent.Facility };
        var carbon = facility with { Method = AccountingMethod.Location, Basis = FindCommonBasis(inputs.Uses) };
        var operational = SumOperational(inputs.Uses);
        var total = inputs.Embodied is null ? operational
            : inputs.Uses.Count == 0 ? inputs.Embodied
            : new Derivation.Sum("operational and embodied emissions", "kg CO2e", [operational, inputs.Embodied]);
        var water = SumWater(inputs.Uses.Select(use => use.Formulas.Water));
        var figures = new LifeCycleFigures
        {
            Steps = [],
            Energy = CreateFigure("energy_kwh", it, Sum("energy", "kWh", inputs.Uses.Select(use => use.Use.Energy))),
            FacilityEnergy = CreateFigure("facility_energy_kwh", facility, SumFacilityEnergy(inputs.Uses)),
            Operational = CreateFigure("emissions_kg.operational", carbon, operational),
            Embodied = inputs.Embodied is { } embodied ? CreateEmbodiedFigure(inputs.Prefix, embodied) : null,
            Total = CreateFigure("emissions_kg.total", carbon with { Embodied = inputs.Embodied is not null }, total),
            Water = water is null
                ? null
                : CreateFigure("water_l", facility with { Method = AccountingMethod.OnSiteAndGrid }, water)
                    with { Quality = Quality.Assumed },
            MarketBased = inputs.Market is null
                ? null
                : CreateFigure("emissions_kg.market_based", carbon with { Method = AccountingMethod.Market }, inputs.Market),
        };
        return figures with { Steps = [.. ComputeStepsAtPlug(inputs, it), .. ComputeStepsBeyondPlug(inputs, figures)] };

        Figure CreateFigure(string name, Boundary boundary, Derivation derivation) =>
            new(inputs.Prefix + name, boundary, GetBounds(derivation), quality, measured, derivation);
    }

    Figure CreateEmbodiedFigure(string prefix, Derivation embodied)
    {
        var boundary = new Boundary(BoundaryExtent.Hardware, [], AllocationPolicy.Described, Embodied: true);
        var quality = embodied.GetFactors().Select(factor => factor.Quality).DefaultIfEmpty(Quality.Assumed).Max();
        return new Figure(prefix + "emissions_kg.embodied", boundary, GetBounds(embodied), quality, 0, embodied);
    }

    /// <summary>The basis of the intensity of all uses, or that they have different ones.</summary>
    static IntensityBasis FindCommonBasis(IReadOnlyList<AccountedUse> uses)
    {
        var bases = uses.Select(use => use.Factors.Grid.Basis).Distinct().ToList();
        return bases.Count == 1 ? bases[0] : bases.Count == 0 ? IntensityBasis.Unstated : IntensityBasis.MixedBases;
    }

    /// <summary>The boundary steps of energy at the plug, without PUE: dynamic, idle, infrastructure, as far as described.</summary>
    IEnumerable<BoundaryStep> ComputeStepsAtPlug(FigureInputs inputs, Boundary it)
    {
        var basis = FindCommonBasis(inputs.Uses);
        var usesSoFar = new List<AccountedUse>();
        var categoriesSoFar = new List<string>();
        foreach (var category in Enum.GetValues<EnergyCategory>())
        {
            var added = inputs.Uses.Where(use => use.Category == category).ToList();
            if (added.Count == 0)
                continue;
            var word = category.ToString().ToLowerInvariant();
            usesSoFar.AddRange(added);
            categoriesSoFar.Add(word);
            var boundary = it with { Components = [.. categoriesSoFar] };
            var boundaryOfAdded = it with { Components = [word] };
            var water = SumWater(usesSoFar.Select(use => use.WithoutPue.Water));
            yield return new BoundaryStep(word,
                CreateFigure($"{word}.energy_kwh", boundaryOfAdded,
                    Sum($"{word} energy", "kWh", added.Select(use => use.Use.Energy)), added),
                CreateFigure($"{word}.emissions_kg", WithCarbon(boundaryOfAdded),
                    Sum($"emissions of {word} energy", "kg CO2e", added.Select(use => use.WithoutPue.Operational)), added),
                CreateFigure($"to_{word}.energy_kwh", boundary, Sum("energy", "kWh", usesSoFar.Select(use => use.Use.Energy)), usesSoFar),
                CreateFigure($"to_{word}.emissions_kg", WithCarbon(boundary),
                    Sum("operational emissions", "kg CO2e", usesSoFar.Select(use => use.WithoutPue.Operational)), usesSoFar),
                water is null ? null
                    : CreateFigure($"to_{word}.water_l", boundary with { Method = AccountingMethod.OnSiteAndGrid }, water, usesSoFar)
                        with { Quality = Quality.Assumed });
        }

        Boundary WithCarbon(Boundary boundary) => boundary with { Method = AccountingMethod.Location, Basis = basis };

        Figure CreateFigure(string name, Boundary boundary, Derivation derivation, List<AccountedUse> uses)
        {
            var (quality, measured) = AssessQuality(uses);
            return new Figure(inputs.Prefix + name, boundary, GetBounds(derivation), quality, measured, derivation);
        }
    }

    /// <summary>The boundary steps after the plug: facility, where a PUE above 1 applies, and embodied, where it is known.</summary>
    IEnumerable<BoundaryStep> ComputeStepsBeyondPlug(FigureInputs inputs, LifeCycleFigures figures)
    {
        var usesWithPue = inputs.Uses
            .Where(use => !use.Use.IncludesFacility && use.Factors.Pue.Bounds is not { IsExact: true, Best: 1 }).ToList();
        if (usesWithPue.Count > 0)
        {
            yield return new BoundaryStep("facility",
                CreateAdded("facility.energy_kwh", figures.FacilityEnergy.Boundary,
                    DeriveAdded("energy added by the PUE", "kWh", formulas => formulas.FacilityEnergy)),
                CreateAdded("facility.emissions_kg", figures.Operational.Boundary,
                    DeriveAdded("emissions added by the PUE", "kg CO2e", formulas => formulas.Operational)),
                Rename(figures.FacilityEnergy, "to_facility.energy_kwh"),
                Rename(figures.Operational, "to_facility.emissions_kg"),
                figures.Water is { } water ? Rename(water, "to_facility.water_l") : null);
        }

        if (figures.Embodied is { } embodied)
        {
            yield return new BoundaryStep("embodied", null, Rename(embodied, "embodied.emissions_kg"),
                Rename(figures.FacilityEnergy, "to_embodied.energy_kwh"),
                Rename(figures.Total, "to_embodied.emissions_kg"),
                figures.Water is { } water ? Rename(water, "to_embodied.water_l") : null);
        }

        Figure Rename(Figure figure, string name) => figure with { Name = inputs.Prefix + name };

        Figure CreateAdded(string name, Boundary boundary, Derivation derivation) =>
            new(inputs.Prefix + name, boundary, GetBounds(derivation), Quality.Assumed, 0, derivation);

        Derivation DeriveAdded(string label, string unit, Func<UseFormulas, Derivation> select) =>
            Sum(label, unit, usesWithPue.Select(use =>
                (Derivation)new Derivation.Difference($"{label}, {use.Use.Name}", unit, select(use.Formulas), select(use.WithoutPue))));
    }

    Figure CreateRate(Figure figure, string name, string unit, Derivation denominator)
    {
        var derivation = new Derivation.Quotient(name, unit, figure.Derivation, denominator);
        return figure with { Name = name, Bounds = GetBounds(derivation), Derivation = derivation };
    }

    IEnumerable<BreakEven> ComputeBreakEvens(ImmutableArray<AccountedPhase> phases)
    {
        var deployment = phases.Where(phase => phase.Description.Kind == PhaseKind.Deployment
            && phase.Description.Duration is not null && phase.Figures.Operational.Value > 0).ToList();
        var development = phases.Where(phase => phase.Description.Kind != PhaseKind.Deployment && phase.Figures.Total.Value > 0).ToList();
        if (deployment.Count == 0 || development.Count == 0)
            yield break;
        var withEmbodied = deployment.Concat(development).All(phase => phase.Figures.Embodied is not null);
        yield return withEmbodied
            ? ComputeBreakEven("emissions", phase => phase.Figures.Total, "operational and embodied emissions, location-based")
            : ComputeBreakEven("emissions", phase => phase.Figures.Operational, "operational emissions, location-based; embodied emissions "
                + "are not known on both sides and are left out of both");
        yield return ComputeBreakEven("energy", phase => phase.Figures.FacilityEnergy, "facility energy");

        BreakEven ComputeBreakEven(string measure, Func<AccountedPhase, Figure> getFigure, string boundary)
        {
            var unit = getFigure(development[0]).Unit;
            var before = Sum("before deployment", unit, development.Select(phase => getFigure(phase).Derivation));
            var perDay = Sum("deployment per day", unit + "/d",
                deployment.Select(phase => (Derivation)new Derivation.Quotient(
                    phase.Description.Name, unit + "/d", getFigure(phase).Derivation, ConvertToDays(phase.Description.Duration!))));
            var bestDays = before.Value / perDay.Value;
            var (lowDays, _, highDays) = before.GetFactors().Concat(perDay.GetFactors()).All(factor => factor.Bounds.IsExact)
                ? (bestDays, bestDays, bestDays)
                : _uncertainty.ComputeRatio(before, perDay);
            return new BreakEven(measure, bestDays, lowDays, highDays, boundary);
        }
    }

    /// <summary>Notes on published figures of a phase that contradict each other or do not follow from the inputs.</summary>
    static IEnumerable<string> FindDisagreements(DescribedPhase phase, FigureInputs inputs, LifeCycleFigures figures)
    {
        if (phase.Published is not { } published || inputs.Uses.Count == 0)
            yield break;
        var source = (published.Energy ?? published.Emissions)?.Source.Id;
        var computed = string.Create(CultureInfo.InvariantCulture,
            $"From the inputs: {figures.FacilityEnergy.Value:0.00} kWh and {figures.Operational.Value:0.0} kg.");
        if (published is { Energy: { } energy, Emissions: { } emissions })
        {
            var use = new PhaseUse(phase.Name, inputs.Uses[0].Use.Boundary, new Derivation.FactorNode(energy), IncludesFacility: true);
            var implied = Accountant.Derive(use, inputs.Uses[0].Factors).Operational.Value;
            if (Differ(implied, emissions.Bounds.Best))
            {
                var intensity = inputs.Uses[0].Factors.Grid.Intensity.Bounds.Best;
                yield return string.Create(CultureInfo.InvariantCulture,
                    $"Published for {phase.Name} ({source}): {energy.Bounds.Best:0.###} kWh and {emissions.Bounds.Best:0.###} kg, "
                    + $"which do not agree: {energy.Bounds.Best:0.###} kWh at {intensity:0.###} g/kWh is {implied:0} kg. {computed}");
                yield break;
            }
        }

        if ((published.Energy is { } kwh && Differ(kwh.Bounds.Best, figures.FacilityEnergy.Value))
            || (published.Emissions is { } kg && Differ(kg.Bounds.Best, figures.Operational.Value)))
        {
            string?[] values = [FormatValue(published.Energy, "kWh"), FormatValue(published.Emissions, "kg")];
            yield return $"Published for {phase.Name} ({source}): {string.Join(" and ", values.OfType<string>())}, "
                + $"which does not follow from the inputs. {computed}";
        }

        static bool Differ(double one, double other) => Math.Abs(one - other) > RoundingTolerance * Math.Max(one, other);

        static string? FormatValue(Factor? factor, string unit) =>
            factor is null ? null : string.Create(CultureInfo.InvariantCulture, $"{factor.Bounds.Best:0.###} {unit}");
    }

    static string FormatSlug(FunctionalUnit unit) => NameMatching.ToSlug(unit.Name) is { Length: > 0 } slug ? slug : "unit";

    /// <summary>Bounds of a formula, computed once even if several figures use it.</summary>
    Bounds GetBounds(Derivation derivation)
    {
        if (!_bounds.TryGetValue(derivation, out var bounds))
            _bounds[derivation] = bounds = _uncertainty.ComputeBounds(derivation);
        return bounds;
    }

    /// <summary>The worst quality of the uses that have more than 5 % of the energy, and measured ÷ total energy.</summary>
    static (Quality Quality, double MeasuredShare) AssessQuality(IReadOnlyList<AccountedUse> uses)
    {
        var total = uses.Sum(use => use.Use.Energy.Value);
        if (total <= 0)
            return (uses.Select(use => use.Use.Quality).DefaultIfEmpty(Quality.Assumed).Max(), 0);
        var relevant = uses.Where(use => use.Use.Energy.Value > NegligibleEnergyShare * total).ToList();
        var measured = uses.Sum(use => use.Use.Energy.Value * use.Use.MeasuredShare);
        return ((relevant.Count > 0 ? relevant : uses).Max(use => use.Use.Quality), measured / total);
    }

    /// <summary>The water of all uses; null if that of one of them is unknown.</summary>
    static Derivation? SumWater(IEnumerable<Derivation?> water)
    {
        var terms = water.ToList();
        return terms.Count == 0 || terms.Exists(term => term is null) ? null : Sum("water", "L", terms.OfType<Derivation>());
    }

    static Derivation SumFacilityEnergy(IEnumerable<AccountedUse> uses) =>
        Sum("facility energy", "kWh", uses.Select(use => use.Formulas.FacilityEnergy));

    static Derivation SumOperational(IEnumerable<AccountedUse> uses) =>
        Sum("operational emissions", "kg CO2e", uses.Select(use => use.Formulas.Operational));

    /// <summary>The sum of the terms; a single term as it is.</summary>
    static Derivation Sum(string label, string unit, IEnumerable<Derivation> terms)
    {
        ImmutableArray<Derivation> summands = [.. terms];
        return summands.Length == 1 ? summands[0] : new Derivation.Sum(label, unit, summands);
    }
}
