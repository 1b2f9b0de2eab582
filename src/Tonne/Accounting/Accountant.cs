using System.Collections.Immutable;
using System.Runtime.InteropServices;
using Tonne.Hardware;
using Tonne.Quantities;
using Tonne.Runs;

namespace Tonne.Accounting;

/// <summary>Computes the footprint of a run or a phase from its facts and a set of factors. No other code computes carbon.</summary>
/// <remarks>
/// <code>
/// energy      = Σ components Σ amount × rate                    [kWh, at the plug]
/// facility    = energy × PUE                                    [kWh; ISO/IEC 30134-2]
/// operational = facility × intensity                            [kg CO2e, location-based; GHG Protocol Scope 2 Guidance]
/// embodied    = Σ held share × duration × M ÷ (L × U)           [kg CO2e; ISO/IEC 21031 (SCI): M = TE × TS × RS]
/// water       = energy × WUE + facility × water of the grid     [L; ISO/IEC 30134-9; PUE once]
/// </code>
/// The same record and factors give the same footprint. Thread safe.
/// </remarks>
/// <param name="uncertainty">Computes the 95 % bounds. Null: a new one is created. It keeps the random samples of each factor, so
/// accountants that share one sample each factor once.</param>
public sealed class Accountant(UncertaintyPropagator? uncertainty = null)
{
    /// <summary>Version of the formulas above. It changes when a formula does.</summary>
    public const string MethodVersion = "tonne-1";

    const double KilowattHoursPerJoule = 1 / Quantities.Energy.JoulesPerKilowattHour;
    const double SecondsPerYear = 365.25 * 86_400;

    /// <summary>Hours of a year: 365.25 days.</summary>
    public const double HoursPerYear = 365.25 * 24;

    readonly UncertaintyPropagator _uncertainty = uncertainty ?? new();

    /// <summary>Accounts a run.</summary>
    /// <param name="record">The facts.</param>
    /// <param name="factors">The factors.</param>
    public Footprint Account(RunRecord record, AccountingFactors factors)
    {
        var rates = record.Opening.Rates.ToDictionary(rate => rate.Id, StringComparer.Ordinal);
        var policy = ToAllocationPolicy(record.Opening.Policy);
        var components = record.Components.Select(Name).Distinct().ToImmutableArray();
        var it = new Boundary(BoundaryExtent.It, components, policy);
        var (quality, measured) = QualityOf(record.Components, use => use.JobMicrojoules);
        // Energy that the plug meter counted is measured, even where the split among components is modelled.
        var plugged = record.Opening.Bases.Any(basis => basis.Component == Component.Platform) && record.Gaps.IsEmpty;
        var (machineQuality, machineMeasured) = plugged ? (Quality.Measured, 1) : QualityOf(record.Components, use => use.MachineMicrojoules);
        var pue = new Derivation.FactorNode(factors.Pue);
        var intensity = new Derivation.FactorNode(factors.Grid.Intensity);

        var energy = EnergyOf("energy of the job at the plug", record.Components.Select(use => (Name(use), use.Job)), rates);
        var machine = EnergyOf("energy of the machine at the plug", record.Components.Select(use => (Name(use), use.Machine)), rates);
        var facility = new Derivation.Product("facility energy of the job", "kWh", [energy, pue]);
        var operational = OperationalOf("operational emissions", facility, intensity);
        var embodied = DeriveEmbodied(record, factors);
        var total = embodied is null ? operational : new Derivation.Sum("operational and embodied emissions", "kg CO2e", [operational, embodied]);
        var carbon = it with { Extent = BoundaryExtent.Facility, Method = AccountingMethod.Location, Basis = factors.Grid.Basis };
        return new Footprint
        {
            Method = MethodVersion,
            Factors = factors,
            Energy = CreateFigure("energy_kwh", it, energy, quality, measured),
            MachineEnergy = CreateFigure("machine_energy_kwh", it with { Policy = AllocationPolicy.Machine }, machine, machineQuality, machineMeasured),
            FacilityEnergy = CreateFigure("facility_energy_kwh", it with { Extent = BoundaryExtent.Facility }, facility, quality, measured),
            Operational = CreateFigure("emissions_kg.operational", carbon, operational, quality, measured),
            Embodied = embodied is null ? null
                : CreateFigure("emissions_kg.embodied", new Boundary(BoundaryExtent.Hardware, [], policy, Embodied: true), embodied, Worst(embodied.GetFactors()), 0),
            Total = CreateFigure("emissions_kg.total", carbon with { Embodied = embodied is not null }, total, quality, measured),
            Water = WaterOf(energy, facility, factors) is { } water ? CreateFigure("water_l", it with { Extent = BoundaryExtent.Facility, Method = AccountingMethod.OnSiteAndGrid }, water, Quality.Assumed, measured) : null,
            Stages = [.. record.Stages.Select(stage => Part("stages." + stage.Name, stage.Name, stage.Energy) with { IsWithheld = stage.IsLate })],
            Epochs = [.. record.Epochs.Select(epoch => Part($"epochs.{epoch.Number}", epoch.Number.ToString(System.Globalization.CultureInfo.InvariantCulture), epoch.Energy) with { IsWithheld = epoch.IsLate })],
            StepSeries = [.. (record.StepSeries ?? []).Select((series, i) => Part(
                $"steps.{i + 1}", $"steps {series.FirstStep} to {series.LastStep}", CombineUses(series.Spans.SelectMany(span => span.Energy))) with { IsWithheld = series.Spans.IsEmpty })],
            Warnings = [.. factors.Warnings],
        };

        StageFigures Part(string path, string name, ImmutableArray<EnergyUse> uses)
        {
            var qualities = record.Components.ToDictionary(component => (component.Component, component.Device), component => component.Quality);
            var (partQuality, partMeasured) = QualityOf(uses, use => use.Microjoules, use => qualities[(use.Component, use.Device)]);
            var partEnergy = EnergyOf("energy of " + name, uses.Select(use => (Name(use.Component, use.Device), use.Amounts)), rates);
            var partEmissions = OperationalOf("operational emissions of " + name, new Derivation.Product("facility energy", "kWh",
                [partEnergy, pue]), intensity);
            return new StageFigures(
                name,
                CreateFigure(path + ".energy_kwh", it, partEnergy, partQuality, partMeasured),
                CreateFigure(path + ".emissions_kg", carbon, partEmissions, partQuality, partMeasured));
        }
    }

    /// <summary>Accounts a life-cycle phase whose energy was estimated, described or measured elsewhere.</summary>
    /// <param name="use">Energy at the plug and manufacturing.</param>
    /// <param name="factors">Intensity, PUE and water. Its embodied shares are not used, because the phase has its own embodied
    /// emissions.</param>
    public PhaseFootprint Account(PhaseUse use, AccountingFactors factors)
    {
        var (facility, operational, water) = Derive(use, factors);
        var total = use.Embodied is null ? operational : new Derivation.Sum("operational and embodied emissions", "kg CO2e", [operational, use.Embodied]);
        var carbon = use.Boundary with { Extent = BoundaryExtent.Facility, Method = AccountingMethod.Location, Basis = factors.Grid.Basis };
        List<Derivation> derivations = [use.Energy, facility, operational, total];
        if (use.Embodied is not null)
            derivations.Add(use.Embodied);
        if (!use.WithWater)
            water = null;
        if (water is not null)
            derivations.Add(water);
        Span<Bounds> bounds = stackalloc Bounds[derivations.Count];
        _uncertainty.ComputeBounds(CollectionsMarshal.AsSpan(derivations), bounds);
        return new PhaseFootprint(
            use.Name,
            factors,
            new Figure("energy_kwh", use.IncludesFacility ? use.Boundary with { Extent = BoundaryExtent.Facility } : use.Boundary, bounds[0], use.Quality, use.MeasuredShare, use.Energy),
            new Figure("facility_energy_kwh", use.Boundary with { Extent = BoundaryExtent.Facility }, bounds[1], use.Quality, use.MeasuredShare, facility),
            new Figure("emissions_kg.operational", carbon, bounds[2], use.Quality, use.MeasuredShare, operational),
            use.Embodied is null ? null
                : new Figure("emissions_kg.embodied", new Boundary(BoundaryExtent.Hardware, [], use.Boundary.Policy, Embodied: true), bounds[4], Worst(use.Embodied.GetFactors()), 0, use.Embodied),
            new Figure("emissions_kg.total", carbon with { Embodied = use.Embodied is not null }, bounds[3], use.Quality, use.MeasuredShare, total),
            water is null ? null
                : new Figure("water_l", use.Boundary with { Extent = BoundaryExtent.Facility, Method = AccountingMethod.OnSiteAndGrid }, bounds[^1], Quality.Assumed, use.MeasuredShare, water));
    }

    /// <summary>The formulas of a phase, without bounds: facility energy in kWh, operational emissions in kg CO2e, water in L.</summary>
    internal static (Derivation Facility, Derivation Operational, Derivation? Water) Derive(PhaseUse use, AccountingFactors factors)
    {
        var facility = use.IncludesFacility ? use.Energy : new Derivation.Product("facility energy", "kWh", [use.Energy,
            new Derivation.FactorNode(factors.Pue)]);
        return (facility, OperationalOf("operational emissions", facility, new Derivation.FactorNode(factors.Grid.Intensity)), WaterOf(use.Energy, facility, factors));
    }

    /// <summary>Energy uses with one entry for each component.</summary>
    static ImmutableArray<EnergyUse> CombineUses(IEnumerable<EnergyUse> uses) =>
        [.. uses.GroupBy(use => (use.Component, use.Device)).Select(part => new EnergyUse(
            part.Key.Component, part.Key.Device, part.Sum(use => use.Microjoules),
            [.. part.SelectMany(use => use.Amounts).GroupBy(amount => amount.Rate, StringComparer.Ordinal).Select(rate => new RatedAmount(rate.Key, rate.Sum(amount => amount.Amount)))]))];

    static AllocationPolicy ToAllocationPolicy(SharePolicy policy) => policy switch
    {
        SharePolicy.Marginal => AllocationPolicy.Marginal,
        SharePolicy.Machine => AllocationPolicy.Machine,
        _ => AllocationPolicy.Share,
    };

    /// <summary>Combines runs that have the same rates into one use. The amounts of each rate are added.</summary>
    /// <param name="name">What the runs are, for the label of the derivation.</param>
    /// <param name="records">At least one.</param>
    internal static PhaseUse CombineRuns(string name, ImmutableArray<RunRecord> records)
    {
        var rates = records[0].Opening.Rates.ToDictionary(rate => rate.Id, StringComparer.Ordinal);
        var components = records.SelectMany(record => record.Components).GroupBy(Name, StringComparer.Ordinal)
            .Select(part => (part.Key, Amounts: part.SelectMany(use => use.Job).GroupBy(amount => amount.Rate, StringComparer.Ordinal).Select(rate => new RatedAmount(rate.Key, rate.Sum(amount => amount.Amount))).ToImmutableArray()));
        var (quality, measured) = QualityOf([.. records.SelectMany(record => record.Components)], use => use.JobMicrojoules);
        var energy = EnergyOf(records.Length == 1 ? "energy of the job at the plug" : $"energy of {name} at the plug", components, rates);
        return new PhaseUse(name, new Boundary(BoundaryExtent.It, [.. records.SelectMany(record => record.Components).Select(Name).Distinct()], ToAllocationPolicy(records[0].Opening.Policy)), energy, null, quality, measured);
    }

    /// <summary>Embodied emissions of several runs on one machine, from the sum of the times for which they held it. Null if no factor
    /// fits.</summary>
    internal static Derivation? DeriveEmbodied(ImmutableArray<RunRecord> records, AccountingFactors factors)
    {
        if (records.Length == 1 || factors.Embodied.Count == 0)
            return DeriveEmbodied(records[0], factors);
        var life = new Derivation.Product("used life", "s", [new Derivation.FactorNode(factors.Lifetime), new Derivation.FactorNode(factors.Utilisation)], SecondsPerYear);
        var held = factors.Embodied.GroupBy(part => part.Device, StringComparer.Ordinal).Select(part => (Derivation)new Derivation.Product(part.Key is null ? "machine held" : $"gpu:{part.Key} held", "kg CO2e·s",
            [
                new Derivation.Sum("manufacturing", "kg CO2e", [.. part.Select(Manufacturing)]),
                new Derivation.Count("held share × duration of all runs", "s", records.Sum(record => record.DurationSeconds * (HeldShare(record, part.First()) ?? HeldShare(record)))),
            ]));
        return new Derivation.Quotient("embodied emissions", "kg CO2e", new Derivation.Sum("manufacturing held", "kg CO2e·s", [.. held]), life);
    }

    /// <summary>Embodied emissions of the hardware that a phase holds: Σ hours held × M ÷ (L × U), kg CO2e.</summary>
    /// <param name="hardware">At least one kind of it.</param>
    public static Derivation DeriveEmbodied(IEnumerable<HardwareUse> hardware)
    {
        ImmutableArray<Derivation> pieces =
        [
            .. hardware.Select(use => new Derivation.Product($"making {use.Name}", "kg CO2e",
                [new Derivation.FactorNode(use.Manufacturing), new Derivation.Quotient("share of their used life", "1", use.Hours, new Derivation.Product("used life", "h", [use.Lifetime, use.Utilisation]))])),
        ];
        return pieces.Length == 1 ? pieces[0] : new Derivation.Sum("embodied emissions", "kg CO2e", pieces);
    }

    /// <summary>Market-based emissions beside the location-based ones (GHG Protocol Scope 2 Guidance), kg CO2e.</summary>
    /// <remarks>
    /// <c>market = uncontracted × residual mix + Σ contracted × contract factor + Σ made on site × its factor</c>, each a share of the
    /// facility energy. On-site generation is taken
    /// first, then contracts in their order. Supply that exceeds the energy used is ignored, so no part is below 0. Without a residual mix
    /// the grid's
    /// mean is used, with a warning.
    /// </remarks>
    /// <param name="name">What is supplied, for warnings.</param>
    /// <param name="facility">Facility energy (PUE included), kWh.</param>
    /// <param name="location">Location-based emissions of that energy, kg CO2e.</param>
    /// <param name="supply">Contracts and on-site generation.</param>
    /// <param name="onWarning">Receives warnings.</param>
    public static Derivation DeriveMarketBased(string name, Derivation facility, Derivation location, MarketBasedSupply supply, Action<Warning> onWarning)
    {
        var energy = facility.Value;
        var left = 1 - supply.OnSite.Concat(supply.Contracts).Sum(one => one.Share?.Bounds.Best ?? 0);
        var shares = new List<Derivation>();
        var terms = new List<Derivation>();
        foreach (var one in supply.OnSite.Concat(supply.Contracts))
        {
            Derivation share;
            if (one.Share is { } given)
            {
                share = new Derivation.FactorNode(given);
            }
            else
            {
                var wanted = energy > 0 ? one.Energy!.Bounds.Best / energy : 0;
                var covered = Math.Clamp(wanted, 0, Math.Max(0, left));
                if (wanted > covered * (1 + 1e-9))
                    onWarning(new Warning("market-surplus", string.Create(System.Globalization.CultureInfo.InvariantCulture,
                        $"{name}: {one.Name} delivers more than was left to cover; {(wanted - covered) * energy:0.#} kWh of it "
                        + $"are ignored.")));
                left -= covered;
                share = new Derivation.Count($"share covered by {one.Name}", "1", covered);
            }

            shares.Add(share);
            terms.Add(new Derivation.Product(one.Name, "kg CO2e", [facility, share, new Derivation.FactorNode(one.Intensity)], 1 / 1000d));
        }

        var uncovered = new Derivation.Difference("share without contract", "1", new Derivation.Count("all", "1", 1), new Derivation.Sum("covered", "1", [.. shares]));
        if (supply.ResidualMix is { } mix)
        {
            terms.Insert(0, new Derivation.Product("without contract, at the residual mix", "kg CO2e", [facility, uncovered, new Derivation.FactorNode(mix)], 1 / 1000d));
        }
        else
        {
            terms.Insert(0, new Derivation.Product("without contract, at the grid's mean", "kg CO2e", [location, uncovered]));
            if (uncovered.Value > 1e-9)
                onWarning(new Warning("residual-mix-unknown", $"{name}: no residual mix is given, so the grid's mean is used for "
                    + "energy that no contract covers. The residual mix is usually higher, because claimed generation is "
                    + "taken out of it."));
        }

        return new Derivation.Sum("market-based emissions", "kg CO2e", [.. terms]);
    }

    Figure CreateFigure(string name, Boundary boundary, Derivation derivation, Quality quality, double measured) =>
        new(name, boundary, _uncertainty.ComputeBounds(derivation), quality, measured, derivation);

    static string Name(ComponentEnergy use) => Name(use.Component, use.Device);

    static string Name(Component component, string? device)
    {
        var word = component.ToString().ToLowerInvariant();
        return device is null ? word : $"{word}:{device}";
    }

    static Derivation EnergyOf(string label, IEnumerable<(string Name, ImmutableArray<RatedAmount> Amounts)> uses, Dictionary<string, Rate> rates)
    {
        var terms = uses.Select(use => Joules(use.Name, use.Amounts, rates)).ToImmutableArray();
        return new Derivation.Product(label, "kWh", [new Derivation.Sum("components", "J", terms)], KilowattHoursPerJoule);
    }

    static Derivation Joules(string name, ImmutableArray<RatedAmount> amounts, Dictionary<string, Rate> rates) =>
        new Derivation.Sum(name, "J",
            [.. amounts.Select(amount =>
            {
                var rate = rates[amount.Rate];
                return (Derivation)new Derivation.Product(amount.Rate, "J", [new Derivation.Count("counted", rate.Per, amount.Amount), rate.Derivation]);
            })]);

    static Derivation OperationalOf(string label, Derivation facility, Derivation intensity) =>
        new Derivation.Product(label, "kg CO2e", [facility, intensity], 1 / 1000d);

    static Derivation? WaterOf(Derivation energy, Derivation facility, AccountingFactors factors) =>
        factors is { WaterOnSite: { } site, WaterOfGrid: { } grid }
            ? new Derivation.Sum("water", "L",
                [
                    new Derivation.Product("on site", "L", [energy, new Derivation.FactorNode(site)]),
                    new Derivation.Product("in generation", "L", [facility, new Derivation.FactorNode(grid)]),
                ])
            : null;

    static Derivation? DeriveEmbodied(RunRecord record, AccountingFactors factors)
    {
        if (factors.Embodied.Count == 0)
            return null;
        var held = new Derivation.Count("time-mean held share of the machine", "1", HeldShare(record));
        var duration = new Derivation.Count("duration", "s", record.DurationSeconds);
        var life = new Derivation.Product("used life", "s", [new Derivation.FactorNode(factors.Lifetime), new Derivation.FactorNode(factors.Utilisation)], SecondsPerYear);
        var machine = factors.Embodied.Where(part => HeldShare(record, part) is null).Select(Manufacturing).ToImmutableArray();
        var devices = factors.Embodied.Where(part => HeldShare(record, part) is not null).ToImmutableArray();
        var used = new Derivation.Quotient("share of its used life", "1", duration, life);
        Derivation hardware = new Derivation.Sum("manufacturing of this machine", "kg CO2e", machine);
        if (devices.IsEmpty)
            return new Derivation.Product("embodied emissions", "kg CO2e", [hardware, held, used]);
        return new Derivation.Product("embodied emissions", "kg CO2e",
            [
                new Derivation.Sum("manufacturing held", "kg CO2e",
                    [
                        new Derivation.Product("machine held", "kg CO2e", [hardware, held]),
                        .. devices.Select(part => new Derivation.Product($"gpu:{part.Device} held", "kg CO2e",
                            [Manufacturing(part), new Derivation.Count($"time-mean held share of gpu:{part.Device}", "1", HeldShare(record, part)!.Value)])),
                    ]),
                used,
            ]);
    }

    static Derivation Manufacturing(EmbodiedShare part)
    {
        if (part.HostThreads is not { } host)
            return new Derivation.FactorNode(part.Manufacturing);
        var unit = string.Equals(host.Unit, "GPUs", StringComparison.Ordinal) ? "GPUs" : "threads";
        return new Derivation.Product("part of a shared host", "kg CO2e",
            [
                new Derivation.FactorNode(part.Manufacturing),
                new Derivation.Quotient($"{unit} of this machine ÷ {unit} of its host", "1", new Derivation.Count($"{unit} of this machine", unit, part.Threads), new Derivation.FactorNode(host)),
            ]);
    }

    /// <summary>h̄ of a single device, from the processes that held it; null for a component that is held like the whole machine.</summary>
    static double? HeldShare(RunRecord record, EmbodiedShare part)
    {
        if (part.Device is null)
            return null;
        foreach (var component in record.Components)
        {
            if (component.Component == Component.Gpu && component.Device == part.Device && component.HeldShare is { } held)
                return record.Opening.Policy == SharePolicy.Machine ? 1 : held;
        }

        return null;
    }

    /// <summary>h̄: 1 under the machine policy; otherwise the reserved share, or CPU time ÷ (threads × duration), at most 1.</summary>
    static double HeldShare(RunRecord record)
    {
        if (record.Opening.Policy == SharePolicy.Machine)
            return 1;
        if (record.Opening.ReservedShare is { } reserved)
            return Math.Clamp(reserved, 0, 1);
        var capacity = record.Opening.Machine.Threads * record.DurationSeconds;
        return capacity > 0 ? Math.Clamp(record.JobCpuSeconds / capacity, 0, 1) : 0;
    }

    static (Quality Quality, double MeasuredShare) QualityOf(ImmutableArray<ComponentEnergy> components, Func<ComponentEnergy, long> energyOf) =>
        QualityOf(components, energyOf, component => component.Quality);

    /// <summary>The worst quality of the parts above 5 % of the energy, and measured ÷ total.</summary>
    static (Quality Quality, double MeasuredShare) QualityOf<T>(IReadOnlyCollection<T> parts, Func<T, long> energyOf, Func<T, Quality> qualityOf)
    {
        double total = parts.Sum(energyOf);
        if (total <= 0)
            return (parts.Count == 0 ? Quality.Assumed : parts.Max(qualityOf), 0);
        var above = parts.Where(part => energyOf(part) > 0.05 * total).ToList();
        var measured = parts.Where(part => qualityOf(part) == Quality.Measured).Sum(energyOf);
        return ((above.Count > 0 ? above : [.. parts]).Max(qualityOf), measured / total);
    }

    static Quality Worst(IReadOnlyList<Factor> factors) => factors.Count == 0 ? Quality.Assumed : factors.Max(factor => factor.Quality);
}
