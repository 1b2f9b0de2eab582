using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Globalization;
using System.Runtime.InteropServices;
using Tonne.Hardware;
using Tonne.Quantities;
using Tonne.Runs;

namespace Tonne.Accounting;

/// <summary>
/// Computes the footprint of a run from its record, or of a life-cycle phase from its described use, with a set of factors. No other
/// code converts energy into emissions.
/// </summary>
/// <remarks>
/// <code>
/// energy      = Σ components Σ amount × rate                    [kWh, at the plug]
/// facility    = energy × PUE                                    [kWh; ISO/IEC 30134-2]
/// operational = facility × intensity                            [kg CO2e, location-based; GHG Protocol Scope 2 Guidance]
/// embodied    = Σ held share × duration × M ÷ (L × U)           [kg CO2e; ISO/IEC 21031 (SCI): M = TE × TS × RS]
/// water       = energy × WUE + facility × water of the grid     [L; ISO/IEC 30134-9]
/// </code>
/// M: emissions of manufacturing the hardware; L: its lifetime; U: the share of the lifetime in which it is used; held share: the part
/// of the hardware that the job occupied, averaged over time.
/// WUE applies to the IT energy, the water of the grid to the facility energy, so the PUE enters once.
/// The same record and factors give the same footprint. Thread safe.
/// </remarks>
/// <param name="uncertainty">Computes the 95 % bounds. Null: a new one is created. It keeps the random samples of each factor, so
/// accountants that share one sample each factor once.</param>
public sealed class Accountant(UncertaintyPropagator? uncertainty = null)
{
    /// <summary>Version of the formulas above. It changes when a formula does.</summary>
    public const string MethodVersion = "tonne-1";

    const double KilowattHoursPerJoule = 1 / Quantities.Energy.JoulesPerKilowattHour;
    const double KilogramsPerGram = 1 / 1000d;
    const double SecondsPerYear = 365.25 * 86_400;

    const int MostSharedRates = 48;

    // A component with a smaller share of the energy does not lower the quality of the whole figure.
    const double NegligibleEnergyShare = 0.05;

    /// <summary>Hours of a year: 365.25 days.</summary>
    public const double HoursPerYear = 365.25 * 24;

    readonly UncertaintyPropagator _uncertainty = uncertainty ?? new();

    readonly ConcurrentDictionary<Derivation, Derivation> _rates = new(DerivationContentComparer.Instance);

    /// <summary>Computes the footprint of a run.</summary>
    /// <param name="record">The record of the run.</param>
    /// <param name="factors">The factors.</param>
    public Footprint Account(RunRecord record, AccountingFactors factors)
    {
        var rates = record.Opening.Rates.ToDictionary(rate => rate.Id, ShareRate, StringComparer.Ordinal);
        var policy = ToAllocationPolicy(record.Opening.Policy);
        var components = record.Components.Select(FormatName).Distinct().ToImmutableArray();
        var it = new Boundary(BoundaryExtent.It, components, policy);
        var onSite = it with { Extent = BoundaryExtent.Facility };
        var carbon = onSite with { Method = AccountingMethod.Location, Basis = factors.Grid.Basis };
        var (quality, measured) = AssessQuality(record.Components, use => use.JobMicrojoules);
        // The total that a plug meter read is measured, even where its division among the components is modelled.
        var readAtPlug = record.Opening.Bases.Any(basis => basis.Component == Component.Platform) && record.Gaps.IsEmpty;
        var (machineQuality, machineMeasured) =
            readAtPlug ? (Quality.Measured, 1) : AssessQuality(record.Components, use => use.MachineMicrojoules);
        var pue = new Derivation.FactorNode(factors.Pue);
        var intensity = new Derivation.FactorNode(factors.Grid.Intensity);
        var hours = new PartIntensity(factors.Grid, intensity);
        var lacksHours = false;

        var energy = DeriveEnergy("energy of the job at the plug", record.Components.Select(use => (FormatName(use), use.Job)), rates);
        var machine = DeriveEnergy(
            "energy of the machine at the plug", record.Components.Select(use => (FormatName(use), use.Machine)), rates);
        var facility = new Derivation.Product("facility energy of the job", "kWh", [energy, pue]);
        var operational = DeriveOperational("operational emissions", facility, intensity);
        var embodied = DeriveEmbodied(record, factors);
        var total = DeriveTotal(operational, embodied);
        var water = DeriveWater(energy, facility, factors);
        // Computed in one call, because branches that derivations share are then drawn once.
        var bounds = ComputeBounds([energy, machine, facility, operational, embodied, total, water]);
        var isWhole = record.Stages.Length <= 1 && record.Epochs.IsEmpty;
        ImmutableArray<StageFigures> stages =
            [.. record.Stages.Select(stage => AccountPart("stages." + stage.Name, stage.Name, stage.Energy, GetHours(stage.QuarterHours)) with { IsWithheld = stage.IsLate })];
        ImmutableArray<StageFigures> epochs =
        [
            .. record.Epochs.Select(epoch => AccountPart(
                $"epochs.{epoch.Number}", epoch.Number.ToString(CultureInfo.InvariantCulture), epoch.Energy, GetHours(epoch.QuarterHours)) with { IsWithheld = epoch.IsLate }),
        ];
        return new Footprint
        {
            Method = MethodVersion,
            Factors = factors,
            Energy = CreateFigure("energy_kwh", it, energy, quality, measured),
            MachineEnergy = CreateFigure(
                "machine_energy_kwh", it with { Policy = AllocationPolicy.Machine }, machine, machineQuality, machineMeasured),
            FacilityEnergy = CreateFigure("facility_energy_kwh", onSite, facility, quality, measured),
            Operational = CreateFigure("emissions_kg.operational", carbon, operational, quality, measured),
            Embodied = embodied is null
                ? null
                : CreateFigure("emissions_kg.embodied", CreateEmbodiedBoundary(policy), embodied, FindWorstQuality(embodied), 0),
            Total = CreateFigure("emissions_kg.total", carbon with { Embodied = embodied is not null }, total, quality, measured),
            Water = water is null
                ? null
                : CreateFigure("water_l", onSite with { Method = AccountingMethod.OnSiteAndGrid }, water, Quality.Assumed, measured),
            Stages = stages,
            Epochs = epochs,
            Ranks = [.. (record.Ranks ?? []).Select(rank =>
                AccountPart($"ranks.{rank.Rank}", $"rank {rank.Rank}", rank.Energy))],
            StepSeries = [.. (record.StepSeries ?? []).Select((series, i) => AccountPart(
                $"steps.{i + 1}", $"steps {series.FirstStep} to {series.LastStep}", CombineUses(series.Spans.SelectMany(span => span.Energy)))
                with { IsWithheld = series.Spans.IsEmpty })],
            Data = [.. AccountData(record.Traffic, factors)],
            Warnings = lacksHours
                ? [.. factors.Warnings, new Warning("stage-hours-unknown",
                    "The record or its account is of before stages and epochs were kept by the hour: their emissions have the mean intensity of the run.")]
                : [.. factors.Warnings],
        };

        // One rate for a stage that is the whole run.
        (bool Has, IReadOnlyList<QuarterHourEnergy>? Energies) GetHours(IReadOnlyList<QuarterHourEnergy>? energies) => (!isWhole, energies);

        StageFigures AccountPart(string path, string name, ImmutableArray<EnergyUse> uses, (bool Has, IReadOnlyList<QuarterHourEnergy>? Energies) own = default)
        {
            var qualities = record.Components.ToDictionary(
                component => (component.Component, component.Device), component => component.Quality);
            var (partQuality, partMeasured) = AssessQuality(uses, use => use.Microjoules, use => qualities[(use.Component, use.Device)]);
            var partEnergy = DeriveEnergy(
                "energy of " + name, uses.Select(use => (FormatName(use.Component, use.Device), use.Amounts)), rates);
            var partFacility = new Derivation.Product("facility energy", "kWh", [partEnergy, pue]);
            var ownIntensity = own.Has ? hours.Derive(name, own.Energies) : null;
            var isMean = own.Has && ownIntensity is null && hours.MayVary && uses.Any(use => use.Microjoules != 0);
            lacksHours |= isMean && own.Energies is null;
            var partEmissions = DeriveOperational(
                $"operational emissions of {name}{(isMean ? ", at the mean intensity of the run: its own hours are not known" : "")}", partFacility, ownIntensity ?? intensity);
            var partBounds = new LazyBounds(_uncertainty, partEnergy, partEmissions);
            return new StageFigures(
                name,
                new Figure(path + ".energy_kwh", it, partBounds, 0, partQuality, partMeasured),
                new Figure(path + ".emissions_kg", carbon, partBounds, 1, partQuality, partMeasured));
        }

        Figure CreateFigure(string figure, Boundary boundary, Derivation derivation, Quality figureQuality, double figureMeasured) =>
            new(figure, boundary, bounds[derivation], figureQuality, figureMeasured, derivation);
    }

    /// <summary>The bounds of the derivations that are not null, by derivation.</summary>
    Dictionary<Derivation, Bounds> ComputeBounds(ReadOnlySpan<Derivation?> derivations)
    {
        var bounds = new Dictionary<Derivation, Bounds>(ReferenceEqualityComparer.Instance);
        foreach (var derivation in derivations)
        {
            if (derivation is not null)
                bounds.TryAdd(derivation, default);
        }

        Derivation[] distinct = [.. bounds.Keys];
        Span<Bounds> computed = stackalloc Bounds[distinct.Length];
        _uncertainty.ComputeBounds(distinct, computed);
        for (var i = 0; i < distinct.Length; i++)
            bounds[distinct[i]] = computed[i];
        return bounds;
    }

    /// <summary>Computes the footprint of an energy that is known, at a place: <c>accountant.Account(Energy.FromKilowattHours(12.5), new Place("FR"))</c>.</summary>
    /// <remarks>
    /// The energy is taken as drawn at the plug of the machines and as exact; the facility's part (PUE) is added, embodied emissions are not. Bounds come from the
    /// intensity and the PUE. Other boundaries, bounds of the energy and embodied emissions: <see cref="Account(PhaseUse, AccountingFactors)"/>.
    /// </remarks>
    /// <param name="energy">Energy at the plug, not negative.</param>
    /// <param name="place">Where it was used: zone, region or given intensity, and the PUE if known.</param>
    /// <exception cref="ArgumentOutOfRangeException">The energy is negative.</exception>
    /// <exception cref="Catalogs.UnknownNameException">A zone or region that no catalog knows; the message lists the nearest names.</exception>
    public PhaseFootprint Account(Energy energy, Place place)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(energy, Energy.Zero);
        var given = new Factor("energy/given", "energy as given", "kWh", Bounds.FromExact(energy.KilowattHours), Quality.Assumed, new Source("GIVEN", "Given by the program"));
        var boundary = new Boundary(BoundaryExtent.It, [], AllocationPolicy.Described);
        return Account(new PhaseUse("energy", boundary, new Derivation.FactorNode(given), Quality: Quality.Assumed), FactorSelector.SelectFactors(place));
    }

    /// <summary>Computes the footprint of a life-cycle phase whose energy was estimated, described or measured elsewhere.</summary>
    /// <param name="use">Energy at the plug and embodied emissions of the phase.</param>
    /// <param name="factors">Intensity, PUE and water. Its embodied shares are not used, because the phase has its own embodied
    /// emissions.</param>
    public PhaseFootprint Account(PhaseUse use, AccountingFactors factors)
    {
        var (facility, operational, water) = Derive(use, factors);
        var embodied = use.Embodied;
        var total = DeriveTotal(operational, embodied);
        if (!use.WithWater)
            water = null;
        List<Derivation> derivations = [use.Energy, facility, operational, total];
        if (embodied is not null)
            derivations.Add(embodied);
        if (water is not null)
            derivations.Add(water);
        // All bounds are computed in one call, because branches that derivations share are then sampled once.
        Span<Bounds> bounds = stackalloc Bounds[derivations.Count];
        _uncertainty.ComputeBounds(CollectionsMarshal.AsSpan(derivations), bounds);
        var (quality, measured) = (use.Quality, use.MeasuredShare);
        var onSite = use.Boundary with { Extent = BoundaryExtent.Facility };
        var carbon = onSite with { Method = AccountingMethod.Location, Basis = factors.Grid.Basis };
        return new PhaseFootprint(
            use.Name,
            factors,
            new Figure("energy_kwh", use.IncludesFacility ? onSite : use.Boundary, bounds[0], quality, measured, use.Energy),
            new Figure("facility_energy_kwh", onSite, bounds[1], quality, measured, facility),
            new Figure("emissions_kg.operational", carbon, bounds[2], quality, measured, operational),
            embodied is null
                ? null
                : new Figure("emissions_kg.embodied", CreateEmbodiedBoundary(use.Boundary.Policy), bounds[4],
                    FindWorstQuality(embodied), 0, embodied),
            new Figure("emissions_kg.total", carbon with { Embodied = embodied is not null }, bounds[3], quality, measured, total),
            water is null
                ? null
                : new Figure("water_l", onSite with { Method = AccountingMethod.OnSiteAndGrid }, bounds[^1],
                    Quality.Assumed, measured, water));
    }

    /// <summary>The formulas of a phase, without bounds: facility energy in kWh, operational emissions in kg CO2e, water in L.</summary>
    internal static (Derivation Facility, Derivation Operational, Derivation? Water) Derive(PhaseUse use, AccountingFactors factors)
    {
        var facility = use.IncludesFacility
            ? use.Energy
            : new Derivation.Product("facility energy", "kWh", [use.Energy, new Derivation.FactorNode(factors.Pue)]);
        var operational = DeriveOperational("operational emissions", facility, new Derivation.FactorNode(factors.Grid.Intensity));
        return (facility, operational, DeriveWater(use.Energy, facility, factors));
    }

    /// <summary>Energy uses with one entry for each component.</summary>
    static ImmutableArray<EnergyUse> CombineUses(IEnumerable<EnergyUse> uses) =>
        [.. uses.GroupBy(use => (use.Component, use.Device)).Select(part => new EnergyUse(
            part.Key.Component, part.Key.Device, part.Sum(use => use.Microjoules),
            [.. part.SelectMany(use => use.Amounts).GroupBy(amount => amount.Rate, StringComparer.Ordinal).Select(rate => new RatedAmount(rate.Key, rate.Sum(amount => amount.Amount)))]))];

    /// <summary>
    /// A rate whose derivation is the same object in all runs that state the same, so that its draws are kept from run to run.
    /// </summary>
    Rate ShareRate(Rate rate)
    {
        if (_rates.Count >= MostSharedRates)
            _rates.Clear();
        var derivation = _rates.GetOrAdd(rate.Derivation, rate.Derivation);
        _uncertainty.KeepDraws(derivation);
        return ReferenceEquals(derivation, rate.Derivation) ? rate : rate with { Derivation = derivation };
    }

    static AllocationPolicy ToAllocationPolicy(SharePolicy policy) => policy switch
    {
        SharePolicy.Marginal => AllocationPolicy.Marginal,
        SharePolicy.Machine => AllocationPolicy.Machine,
        _ => AllocationPolicy.Share,
    };

    /// <summary>Combines runs that have the same rates into one use. The amounts of each rate are added.</summary>
    /// <param name="name">Name of the group of runs, for the label of the derivation.</param>
    /// <param name="records">The runs; at least one.</param>
    internal static PhaseUse CombineRuns(string name, ImmutableArray<RunRecord> records)
    {
        var rates = records[0].Opening.Rates.ToDictionary(rate => rate.Id, StringComparer.Ordinal);
        ImmutableArray<ComponentEnergy> uses = [.. records.SelectMany(record => record.Components)];
        var components = uses.GroupBy(FormatName, StringComparer.Ordinal)
            .Select(sameComponent => (sameComponent.Key, Amounts: AddAmountsOfEachRate(sameComponent.SelectMany(use => use.Job))));
        var (quality, measured) = AssessQuality(uses, use => use.JobMicrojoules);
        var label = records.Length == 1 ? "energy of the job at the plug" : $"energy of {name} at the plug";
        var boundary = new Boundary(
            BoundaryExtent.It, [.. uses.Select(FormatName).Distinct()], ToAllocationPolicy(records[0].Opening.Policy));
        return new PhaseUse(name, boundary, DeriveEnergy(label, components, rates), null, quality, measured);
    }

    static ImmutableArray<RatedAmount> AddAmountsOfEachRate(IEnumerable<RatedAmount> amounts) =>
    [
        .. amounts.GroupBy(amount => amount.Rate, StringComparer.Ordinal)
            .Select(sameRate => new RatedAmount(sameRate.Key, sameRate.Sum(amount => amount.Amount))),
    ];

    /// <summary>
    /// Embodied emissions of several runs on one machine, from the sum of held share × duration of the runs. Null if no cited factor
    /// describes the machine.
    /// </summary>
    internal static Derivation? DeriveEmbodied(ImmutableArray<RunRecord> records, AccountingFactors factors)
    {
        if (records.Length == 1 || factors.Embodied.Count == 0)
            return DeriveEmbodied(records[0], factors);
        var byDevice = factors.Embodied.GroupBy(share => share.Device, StringComparer.Ordinal);
        var occupied = new Derivation.Sum("manufacturing held", "kg CO2e·s", [.. byDevice.Select(DeriveOccupied)]);
        return new Derivation.Quotient("embodied emissions", "kg CO2e", occupied, DeriveUsedLifeSeconds(factors));

        Derivation DeriveOccupied(IGrouping<string?, EmbodiedShare> sharesOfDevice)
        {
            var heldSeconds = records.Sum(record =>
                record.DurationSeconds * (GetHeldShareOfDevice(record, sharesOfDevice.First()) ?? GetHeldShareOfMachine(record)));
            return new Derivation.Product(sharesOfDevice.Key is null ? "machine held" : $"gpu:{sharesOfDevice.Key} held", "kg CO2e·s",
                [
                    new Derivation.Sum("manufacturing", "kg CO2e", [.. sharesOfDevice.Select(DeriveManufacturing)]),
                    new Derivation.Count("held share × duration of all runs", "s", heldSeconds),
                ]);
        }
    }

    /// <summary>
    /// Embodied emissions of the hardware that a phase holds, kg CO2e: Σ hours held × M ÷ (L × U), with M the emissions of
    /// manufacturing, L the lifetime and U the share of it in use.
    /// </summary>
    /// <param name="hardware">At least one kind of hardware.</param>
    public static Derivation DeriveEmbodied(IEnumerable<HardwareUse> hardware)
    {
        ImmutableArray<Derivation> terms = [.. hardware.Select(DeriveTerm)];
        return terms.Length == 1 ? terms[0] : new Derivation.Sum("embodied emissions", "kg CO2e", terms);

        static Derivation DeriveTerm(HardwareUse use)
        {
            var usedLife = new Derivation.Product("used life", "h", [use.Lifetime, use.Utilisation]);
            var share = new Derivation.Quotient("share of their used life", "1", use.Hours, usedLife);
            return new Derivation.Product($"making {use.Name}", "kg CO2e", [new Derivation.FactorNode(use.Manufacturing), share]);
        }
    }

    /// <summary>Market-based emissions beside the location-based ones (GHG Protocol Scope 2 Guidance), kg CO2e.</summary>
    /// <remarks>
    /// <c>market = uncontracted × residual mix + Σ contracted × contract factor + Σ generated on site × its factor</c>, each a share of
    /// the facility energy. On-site generation is subtracted first, then the contracts in their order. Supply that exceeds the energy
    /// used is ignored, so no share is below 0. Without a residual mix the mean intensity of the grid is used, with a warning.
    /// </remarks>
    /// <param name="name">Name of the phase that is supplied, for warnings.</param>
    /// <param name="facility">Facility energy (PUE included), kWh.</param>
    /// <param name="location">Location-based emissions of that energy, kg CO2e.</param>
    /// <param name="supply">Contracts and on-site generation.</param>
    /// <param name="onWarning">Receives warnings.</param>
    public static Derivation DeriveMarketBased(
        string name, Derivation facility, Derivation location, MarketBasedSupply supply, Action<Warning> onWarning)
    {
        var supplies = supply.OnSite.Concat(supply.Contracts).ToList();
        var uncoveredShare = 1 - supplies.Sum(source => source.Share?.Bounds.Best ?? 0);
        var shares = new List<Derivation>();
        var terms = new List<Derivation>();
        foreach (var source in supplies)
        {
            var share = source.Share is { } given ? new Derivation.FactorNode(given) : DeriveCoveredShare(source);
            shares.Add(share);
            terms.Add(new Derivation.Product(
                source.Name, "kg CO2e", [facility, share, new Derivation.FactorNode(source.Intensity)], KilogramsPerGram));
        }

        var covered = new Derivation.Sum("covered", "1", [.. shares]);
        var uncovered = new Derivation.Difference("share without contract", "1", new Derivation.Count("all", "1", 1), covered);
        terms.Insert(0, DeriveUncovered());
        return new Derivation.Sum("market-based emissions", "kg CO2e", [.. terms]);

        Derivation DeriveCoveredShare(ElectricitySupply source)
        {
            var suppliedShare = facility.Value > 0 ? source.Energy!.Bounds.Best / facility.Value : 0;
            var coveredShare = Math.Clamp(suppliedShare, 0, Math.Max(0, uncoveredShare));
            if (suppliedShare > coveredShare * (1 + 1e-9))
                onWarning(new Warning("market-surplus", string.Create(CultureInfo.InvariantCulture,
                    $"{name}: {source.Name} delivers more than was left to cover; "
                    + $"{(suppliedShare - coveredShare) * facility.Value:0.#} kWh of it are ignored.")));
            uncoveredShare -= coveredShare;
            return new Derivation.Count($"share covered by {source.Name}", "1", coveredShare);
        }

        Derivation DeriveUncovered()
        {
            if (supply.ResidualMix is { } mix)
            {
                return new Derivation.Product("without contract, at the residual mix", "kg CO2e",
                    [facility, uncovered, new Derivation.FactorNode(mix)], KilogramsPerGram);
            }

            if (uncovered.Value > 1e-9)
                onWarning(new Warning("residual-mix-unknown", $"{name}: no residual mix is given, so the grid's mean is used for "
                    + "energy that no contract covers. The residual mix is usually higher, because claimed generation is "
                    + "taken out of it."));
            return new Derivation.Product("without contract, at the grid's mean", "kg CO2e", [location, uncovered]);
        }
    }

    /// <summary>
    /// Figures of the data that moved during a run: what its processes wrote, kept for a year, and what the machine transferred, as if all
    /// of it went over the internet.
    /// </summary>
    IEnumerable<DataFigures> AccountData(DataTraffic? traffic, AccountingFactors factors)
    {
        const double TerabytesPerByte = 1e-12;
        if (traffic?.StorageWritten is { } written)
        {
            yield return AccountData(written, DataFactors.Store(
                new Derivation.Count("data written", "TB", written * TerabytesPerByte), new Derivation.Count("a year", "h", HoursPerYear), factors));
        }

        if (traffic?.Network is { } transferred)
            yield return AccountData(transferred, DataFactors.Transfer(new Derivation.Count("data transferred", "TB", transferred * TerabytesPerByte), factors));
    }

    DataFigures AccountData(long bytes, DataUse data)
    {
        var (facility, operational, _) = Derive(data.Use, data.Factors);
        var boundary = data.Use.Boundary with { Extent = BoundaryExtent.Facility };
        var carbon = boundary with { Method = AccountingMethod.Location, Basis = data.Factors.Grid.Basis };
        var bounds = new LazyBounds(_uncertainty, facility, operational);
        return new DataFigures(data.Name, bytes,
            new Figure($"data.{data.Name}.energy_kwh", boundary, bounds, 0, Quality.Assumed, 0),
            new Figure($"data.{data.Name}.emissions_kg", carbon, bounds, 1, Quality.Assumed, 0));
    }

    static Boundary CreateEmbodiedBoundary(AllocationPolicy policy) => new(BoundaryExtent.Hardware, [], policy, Embodied: true);

    /// <summary>The name of a component in a boundary or a derivation: <c>cpu</c>, <c>gpu:0</c>.</summary>
    static string FormatName(ComponentEnergy use) => FormatName(use.Component, use.Device);

    static string FormatName(Component component, string? device)
    {
        var word = component.ToString().ToLowerInvariant();
        return device is null ? word : $"{word}:{device}";
    }

    static Derivation DeriveEnergy(
        string label, IEnumerable<(string Name, ImmutableArray<RatedAmount> Amounts)> uses, Dictionary<string, Rate> rates)
    {
        var components = uses.Select(use => DeriveJoules(use.Name, use.Amounts, rates)).ToImmutableArray();
        return new Derivation.Product(label, "kWh", [new Derivation.Sum("components", "J", components)], KilowattHoursPerJoule);
    }

    static Derivation DeriveJoules(string name, ImmutableArray<RatedAmount> amounts, Dictionary<string, Rate> rates) =>
        new Derivation.Sum(name, "J",
            [.. amounts.Select(amount =>
            {
                var rate = rates[amount.Rate];
                var counted = new Derivation.Count("counted", rate.Per, amount.Amount);
                return (Derivation)new Derivation.Product(amount.Rate, "J", [counted, rate.Derivation]);
            })]);

    static Derivation DeriveOperational(string label, Derivation facility, Derivation intensity) =>
        new Derivation.Product(label, "kg CO2e", [facility, intensity], KilogramsPerGram);

    static Derivation DeriveTotal(Derivation operational, Derivation? embodied) =>
        embodied is null ? operational : new Derivation.Sum("operational and embodied emissions", "kg CO2e", [operational, embodied]);

    static Derivation? DeriveWater(Derivation energy, Derivation facility, AccountingFactors factors) =>
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
        var machineShare = new Derivation.Count("time-mean held share of the machine", "1", GetHeldShareOfMachine(record));
        var duration = new Derivation.Count("duration", "s", record.DurationSeconds);
        var shareOfLife = new Derivation.Quotient("share of its used life", "1", duration, DeriveUsedLifeSeconds(factors));
        // A device whose own held share is known is accounted alone; everything else is held like the machine as a whole.
        var devices = factors.Embodied.Where(share => GetHeldShareOfDevice(record, share) is not null).ToImmutableArray();
        Derivation machine = new Derivation.Sum("manufacturing of this machine", "kg CO2e",
            [.. factors.Embodied.Where(share => GetHeldShareOfDevice(record, share) is null).Select(DeriveManufacturing)]);
        if (devices.IsEmpty)
            return new Derivation.Product("embodied emissions", "kg CO2e", [machine, machineShare, shareOfLife]);
        return new Derivation.Product("embodied emissions", "kg CO2e",
            [
                new Derivation.Sum("manufacturing held", "kg CO2e",
                    [
                        new Derivation.Product("machine held", "kg CO2e", [machine, machineShare]),
                        .. devices.Select(device => DeriveHeldDevice(device, GetHeldShareOfDevice(record, device)!.Value)),
                    ]),
                shareOfLife,
            ]);
    }

    static Derivation DeriveHeldDevice(EmbodiedShare device, double heldShare) =>
        new Derivation.Product($"gpu:{device.Device} held", "kg CO2e",
            [DeriveManufacturing(device), new Derivation.Count($"time-mean held share of gpu:{device.Device}", "1", heldShare)]);

    static Derivation DeriveUsedLifeSeconds(AccountingFactors factors) =>
        new Derivation.Product("used life", "s",
            [new Derivation.FactorNode(factors.Lifetime), new Derivation.FactorNode(factors.Utilisation)], SecondsPerYear);

    /// <summary>
    /// Emissions of manufacturing the hardware, kg CO2e; for a virtual machine, its part of the host's: its threads or GPUs ÷ those of
    /// the host.
    /// </summary>
    static Derivation DeriveManufacturing(EmbodiedShare hardware)
    {
        if (hardware.HostThreads is not { } host)
            return new Derivation.FactorNode(hardware.Manufacturing);
        var unit = string.Equals(host.Unit, "GPUs", StringComparison.Ordinal) ? "GPUs" : "threads";
        var ownCount = new Derivation.Count($"{unit} of this machine", unit, hardware.Threads);
        return new Derivation.Product("part of a shared host", "kg CO2e",
            [
                new Derivation.FactorNode(hardware.Manufacturing),
                new Derivation.Quotient($"{unit} of this machine ÷ {unit} of its host", "1", ownCount, new Derivation.FactorNode(host)),
            ]);
    }

    /// <summary>
    /// Share of an accelerator that the job held, averaged over time, from the processes that used it; null for hardware that is held
    /// like the machine as a whole.
    /// </summary>
    static double? GetHeldShareOfDevice(RunRecord record, EmbodiedShare hardware)
    {
        if (hardware.Device is null)
            return null;
        foreach (var component in record.Components)
        {
            if (component.Component == Component.Gpu && component.Device == hardware.Device && component.HeldShare is { } heldShare)
                return record.Opening.Policy == SharePolicy.Machine ? 1 : heldShare;
        }

        return null;
    }

    /// <summary>
    /// Share of the machine that the job held, averaged over time: 1 under the machine policy; otherwise the reserved share, or CPU
    /// time ÷ (threads × duration), at most 1.
    /// </summary>
    static double GetHeldShareOfMachine(RunRecord record)
    {
        if (record.Opening.Policy == SharePolicy.Machine)
            return 1;
        if (record.Opening.ReservedShare is { } reserved)
            return Math.Clamp(reserved, 0, 1);
        var threadSeconds = record.Opening.Machine.Threads * record.DurationSeconds;
        return threadSeconds > 0 ? Math.Clamp(record.JobCpuSeconds / threadSeconds, 0, 1) : 0;
    }

    static (Quality Quality, double MeasuredShare) AssessQuality(
        ImmutableArray<ComponentEnergy> components, Func<ComponentEnergy, long> getEnergy) =>
        AssessQuality(components, getEnergy, component => component.Quality);

    /// <summary>The worst quality of the parts that have more than 5 % of the energy, and measured ÷ total energy.</summary>
    static (Quality Quality, double MeasuredShare) AssessQuality<T>(
        IReadOnlyCollection<T> parts, Func<T, long> getEnergy, Func<T, Quality> getQuality)
    {
        double total = parts.Sum(getEnergy);
        if (total <= 0)
            return (parts.Count == 0 ? Quality.Assumed : parts.Max(getQuality), 0);
        var relevant = parts.Where(part => getEnergy(part) > NegligibleEnergyShare * total).ToList();
        var measured = parts.Where(part => getQuality(part) == Quality.Measured).Sum(getEnergy);
        return ((relevant.Count > 0 ? relevant : [.. parts]).Max(getQuality), measured / total);
    }

    static Quality FindWorstQuality(Derivation derivation)
    {
        var factors = derivation.GetFactors();
        return factors.Count == 0 ? Quality.Assumed : factors.Max(factor => factor.Quality);
    }
}
