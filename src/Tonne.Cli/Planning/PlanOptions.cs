using System.Collections.Immutable;
using System.CommandLine;
using System.Globalization;
using Tonne.Accounting;
using Tonne.Cli.Commands;
using Tonne.Cli.Configuration;
using Tonne.Cli.Grids;
using Tonne.Grids;
using Tonne.Hardware;
using Tonne.Planning;
using Tonne.Quantities;
using Tonne.Reporting.Planning;
using Tonne.Runs;

namespace Tonne.Cli.Planning;

/// <summary>The options that describe a job to be planned, and the plan made of them.</summary>
sealed class PlanOptions
{
    static readonly TimeSpan _usualSlack = TimeSpan.FromHours(24);

    readonly Option<string> _duration = new("--duration") { Description = "How long the work takes: 6h, 90min, 1d12h", HelpName = "TIME" };
    readonly Option<string> _startAfter = new("--start-after") { Description = "Earliest start", HelpName = "T" };
    readonly Option<string> _finishBy = new("--finish-by") { Description = "Latest finish: fri-18:00, 24h; default 24 h of slack", HelpName = "T" };
    readonly Option<string> _zones = new("--zones") { Description = "Places to choose from, the present first; FR:1.1 adds a PUE",
        HelpName = "ZONE,…" };
    readonly Option<string> _transfer = new("--transfer") { Description = "Data that another place needs first: 500GB, 2TB@10Gbps",
        HelpName = "SIZE" };
    readonly Option<string> _jobs = new("--jobs") { Description = "Several jobs, one machine (docs/formats/plan.md)", HelpName = "FILE" };
    readonly Option<string> _series = new("--series") { Description = "Intensities from files (docs/formats/series.md)", HelpName = "FILE,…" };
    readonly Option<string> _energy = new("--energy") { Description = "Energy of the work at the plug: 12kWh", HelpName = "E" };
    readonly Option<string> _power = new("--power") { Description = "Its power at the plug: 300W, 2kW", HelpName = "P" };
    readonly Option<string> _like = new("--like") { Description = "Power over time and duration of a recorded run", HelpName = "RUN" };
    readonly Option<string> _maxPauses = new("--max-pauses") { Description = "How often it may be paused; default 2; any", HelpName = "N" };
    readonly Option<string> _resumeCost = new("--resume-cost") { Description = "Energy of a resume, as time at the work's power", HelpName = "TIME" };
    readonly Option<string> _resumeTime = new("--resume-time") { Description = "Time of a resume, at the work's power", HelpName = "TIME" };
    readonly Option<string> _pausedPower = new("--paused-power") { Description = "Power while it is paused; default 0 W", HelpName = "P" };
    readonly Option<string> _minSegment = new("--min-segment") { Description = "Shortest work between pauses", HelpName = "TIME" };
    readonly Option<string> _hardware = new("--hardware") { Description = "Accelerators to choose from, the present one first", HelpName = "NAME,…" };
    readonly MethodOptions _method = new();
    readonly RenewableOptions _renewables = new();
    readonly Option<string> _now = new("--now") { Description = "Plan as if it were this time", HelpName = "T" };

    /// <summary>The options of a job, in the order of the help.</summary>
    public IReadOnlyList<Option> All =>
    [
        _duration, _energy, _power, _like, _jobs, _startAfter, _finishBy, _zones, _transfer, _series, .. _method.All, .. _renewables.All,
            _maxPauses, _resumeCost, _resumeTime,
        _pausedPower, _minSegment, _hardware, _now,
    ];

    /// <summary>The options of a command that waits for clean hours itself, in the order of the help.</summary>
    public IReadOnlyList<Option> ForRun => [_finishBy, _duration, _maxPauses, .. _method.All];

    /// <summary>Files of intensities.</summary>
    public Option<string> Series => _series;

    /// <summary>Reads the time that <c>--finish-by</c> names; null if it is not given.</summary>
    public DateTimeOffset? ReadFinishBy(ParseResult parsed, DateTimeOffset now) => parsed.GetValue(_finishBy) is { } text ? PlanTime.ParseTime(text, "--finish-by", now) : null;

    /// <summary>The places to choose from; empty if they are not given.</summary>
    /// <exception cref="InvalidInputException">One has a PUE, which another place of a recorded run does not have.</exception>
    public IEnumerable<Zone> ReadZones(ParseResult parsed) => parsed.GetValue(_zones) is not { } names ? []
        : Split(names).Select(name => SplitPue(name) is { Pue: null }
        ? GridAccess.FindZone(name)
            : throw new InvalidInputException($"--zones '{name}': --replay compares grids with the PUE of each run; leave the PUE out."));

    /// <summary>The accelerators to choose from; null if they are not given.</summary>
    public ImmutableArray<Accelerator>? ReadAccelerators(ParseResult parsed) =>
        parsed.GetValue(_hardware) is { } names ? [.. Split(names).Select(name => AcceleratorCatalog.Find(name).ValueOrThrow)] : null;

    /// <summary>Whether several jobs are to be planned.</summary>
    /// <exception cref="InvalidInputException">An option of a single job is given with them.</exception>
    public bool HasJobs(ParseResult parsed)
    {
        if (parsed.GetValue(_jobs) is null)
            return false;
        foreach (var option in (Option[])[_duration, _energy, _power, _like, _startAfter, _maxPauses, _resumeTime, _pausedPower,
            _minSegment, _transfer, _hardware])
        {
            if (parsed.GetResult(option) is { Implicit: false })
                throw new InvalidInputException(
                    $"{option.Name} is for one job; with --jobs each job has its own columns (docs/formats/plan.md).");
        }

        return true;
    }

    /// <summary>The duration that is given; null if it is that of a run.</summary>
    public TimeSpan? ReadDuration(ParseResult parsed) => parsed.GetValue(_duration) is { } text ? PlanTime.ParseDuration(text, "--duration") : null;

    /// <summary>Whether the duration of the work is given.</summary>
    public bool HasDuration(ParseResult parsed) => parsed.GetValue(_duration) is not null || parsed.GetValue(_like) is not null;

    /// <summary>How often the work may be paused; null for any number of times.</summary>
    public int? ReadMaxPauses(ParseResult parsed) => ReadPauses(parsed.GetValue(_maxPauses));

    /// <summary>Reads the options and makes the plan.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="context">Environment.</param>
    /// <param name="settings">Settings.</param>
    /// <exception cref="InvalidInputException">An option is wrong, or there is no plan; the message says why.</exception>
    public PlanReport Plan(ParseResult parsed, CommandContext context, Settings settings)
    {
        return Plan(parsed, context, settings, new PlanMoment(ReadNow(parsed, context), context.Time));
    }

    /// <summary>The time that a plan is made at.</summary>
    public DateTimeOffset ReadNow(ParseResult parsed, CommandContext context) =>
        parsed.GetValue(_now) is { } text ? PlanTime.ParseTime(text, "--now", context.Time.GetUtcNow()) : PlanTime.FloorToMinute(context.Time.GetUtcNow());

    /// <summary>The options that a batch script replaces, or that have no sense on one cluster.</summary>
    public IReadOnlyList<Option> NotForScript => [_duration, _jobs, _zones, _transfer, _maxPauses, _resumeCost, _resumeTime, _pausedPower,
        _minSegment, _hardware];

    /// <summary>Whether the latest finish is given.</summary>
    public bool HasFinishBy(ParseResult parsed) => parsed.GetValue(_finishBy) is not null;

    /// <summary>Whether the earliest start is given.</summary>
    public bool HasStartAfter(ParseResult parsed) => parsed.GetValue(_startAfter) is not null;

    /// <summary>The intensities of one place that a plan for a span would be made with.</summary>
    /// <exception cref="InvalidInputException">There is no place, there are several, or nothing is known of it.</exception>
    public PlanSignal FindSignal(ParseResult parsed, TimeProvider clock, Settings settings, DateTimeOffset now, DateTimeOffset until) =>
        FindSignals(parsed, clock, settings, null, IntensityKind.Average, now, until, out _) switch
        {
            [var one] => one.Signal,
            var many => throw new InvalidInputException($"the files have {many.Count} zones; name one with --zone."),
        };

    /// <summary>Makes the plan at a moment, for the work that is left then.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="context">Environment.</param>
    /// <param name="settings">Settings.</param>
    /// <param name="moment">The moment, and what differs from the options.</param>
    /// <exception cref="InvalidInputException">An option is wrong, or there is no plan; the message says why.</exception>
    public PlanReport Plan(ParseResult parsed, CommandContext context, Settings settings, PlanMoment moment)
    {
        var now = moment.Now;
        var like = parsed.GetValue(_like) is { } run ? LedgerSession.OpenWithoutClosing(context).Load(run).Record : null;
        var (profile, isPerKilowatt) = ReadProfile(parsed, like, moment.Duration);
        var startAfter = moment.StartAfter is { } given ? given : parsed.GetValue(_startAfter) is { } after ? PlanTime.ParseTime(after, "--start-after", now) : (DateTimeOffset?)null;
        if (startAfter < now)
            startAfter = null;
        var finishBy = moment.FinishBy is { } fixedTime ? fixedTime : parsed.GetValue(_finishBy) is { } by ? PlanTime.ParseTime(by, "--finish-by", now) : (startAfter ?? now) + profile.Duration + _usualSlack;
        if (finishBy <= now)
            throw new InvalidInputException(string.Create(CultureInfo.InvariantCulture, $"--finish-by is {finishBy.UtcDateTime:yyyy-MM-dd HH:mm} UTC, which is over."));
        if (finishBy - now > TimeSpan.FromDays(370))
            throw new InvalidInputException("--finish-by is more than a year from now; give an earlier one.");
        var until = finishBy > now + profile.Duration ? finishBy : now + profile.Duration;
        var signals = FindSignals(parsed, moment.Clock, settings, like, IntensityKind.Average, now, until, out var hasMarginal);
        var variants = ReadHardware(parsed);
        var transfer = parsed.GetValue(_transfer) is { } data ? DataTransfer.Parse(data) : null;
        if (transfer is not null && signals.Count < 2)
            throw new InvalidInputException(
                "--transfer counts if the job starts at another place than the first: give several with --zones FR,SE.");
        var renewables = _renewables.Read(parsed, signals[0].Signal.Series.Basis, now, until);
        var request = new PlanRequest
        {
            Profile = profile,
            Now = now,
            StartAfter = startAfter,
            FinishBy = finishBy,
            Places = CreatePlaces(signals, variants, transfer, renewables?.Series),
            MaxPauses = moment.HasOwnPauses ? moment.MaxPauses : ReadPauses(parsed.GetValue(_maxPauses)),
            ResumeCost = ReadTime(parsed, _resumeCost),
            ResumeTime = ReadTime(parsed, _resumeTime),
            PausedPower = parsed.GetValue(_pausedPower) is { } held && held.Trim() is not ("0" or "0W" or "0 W" or "0kW") ? ParsePower(held, "--paused-power") : Power.Zero,
            MinSegment = ReadTime(parsed, _minSegment),
            ForecastError = signals.Select(signal => signal.Signal.Error).OfType<ForecastError>().MaxBy(error => error.SigmaByDay[0]),
        };
        var plan = MakePlan(() => Planner.Plan(request)) switch
        {
            Tonne.Planning.Plan made => made,
            NoPlan none => throw new NoPlanException(AddGaps(none.Text, signals)),
            _ => throw new InvalidOperationException("A plan is made or not."),
        };
        return new PlanReport(
            plan, signals.Max(signal => signal.Signal.Signal), [.. signals.Select(DescribeOrigin)],
            [
                .. ListSources(signals).Concat(transfer is null ? [] : [transfer.Network.Source])
                    .Concat(renewables is { } own ? own.Sources : []).DistinctBy(source => source.Id),
            ],
            [.. signals.SelectMany(signal => signal.Signal.Warnings).Concat(renewables is { } site ? site.Warnings : [])
                .Concat(FindTransferWarning(request, plan, transfer)).Distinct()])
        {
            Transfer = transfer,
            Renewables = renewables?.Description,
            IsPerKilowatt = isPerKilowatt,
            Marginal = hasMarginal ? CompareMarginal(parsed, moment.Clock, settings, like, request, until) : null,
        };
    }

    /// <summary>Makes the plan of the jobs of <c>--jobs</c>, for one machine.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="context">Environment.</param>
    /// <param name="settings">Settings.</param>
    /// <exception cref="InvalidInputException">An option or a job is wrong, or there is no plan; the message says why.</exception>
    public JobsReport PlanJobs(ParseResult parsed, CommandContext context, Settings settings)
    {
        var now = ReadNow(parsed, context);
        var path = Path.Combine(context.CurrentDirectory, parsed.GetValue(_jobs)!);
        var jobs = JobsFile.Read(path, now, ReadFinishBy(parsed, now), ReadTime(parsed, _resumeCost), out var withoutPower);
        var until = jobs.Max(job => job.FinishBy);
        var signals = FindSignals(parsed, context.Time, settings, null, IntensityKind.Average, now, until, out _);
        if (signals is not [var signal])
            throw new InvalidInputException(
                string.Create(CultureInfo.InvariantCulture,
                    $"--jobs plans one machine, at one place; {signals.Count} places are given. Name one: --zone FR."));
        var renewables = _renewables.Read(parsed, signal.Signal.Series.Basis, now, until);
        var place = CreatePlaces(signals, [null], null, renewables?.Series)[0];
        var plan = PlanQueue(place, jobs) switch
        {
            QueuePlan made => made,
            NoQueuePlan none => throw new NoPlanException(AddGaps(none.Text, signals)),
            _ => throw new InvalidOperationException("A plan is made or not."),
        };
        var warnings = signal.Signal.Warnings.Concat(renewables is { } site ? site.Warnings : []).ToList();
        if (withoutPower.Count > 0)
            warnings.Add(new Warning("power-assumed", $"no energy and no power for {string.Join(", ", withoutPower)}: planned with 1 kW",
                "Give kwh or power"));
        if (signal.Signal.Error is not null)
            warnings.Add(new Warning("forecast-not-assessed",
                "the figures are those of the forecast or profile itself; its error is not assessed for several jobs",
                    "tonne plan without --jobs, for each of them"));
        return new JobsReport(plan, place, now, signal.Signal.Signal, DescribeOrigin(signal),
            [.. ListSources(signals).Concat(renewables is { } own ? own.Sources : []).DistinctBy(source => source.Id)], warnings);
    }

    static QueueResult PlanQueue(PlanPlace place, ImmutableArray<QueuedJob> jobs)
    {
        try
        {
            return QueuePlanner.Plan(place, jobs);
        }
        catch (ArgumentException error)
        {
            throw new InvalidInputException(TextBeforeParameter(error));
        }
    }

    static IEnumerable<Source> ListSources(List<SignalOfZone> signals) => signals.Select(signal => signal.Signal.Series.Source)
        .Concat(signals.Select(signal => signal.PueSource));

    static string DescribeOrigin(SignalOfZone signal) =>
        $"{signal.Signal.Origin}; PUE {signal.Pue.ToString("0.##", CultureInfo.InvariantCulture)} ({signal.PueOrigin})";

    /// <summary>The reason for which there is no plan, with the gaps of the intensities.</summary>
    static string AddGaps(string reason, List<SignalOfZone> signals) =>
        string.Join(' ', signals.SelectMany(signal => signal.Signal.Warnings).Where(warning => warning.Code == "series-gaps")
            .Select(warning => warning.Text).Distinct().Prepend(reason));

    /// <summary>A warning if the place that is chosen depends on how much energy the network takes.</summary>
    static IEnumerable<Warning> FindTransferWarning(PlanRequest request, Plan plan, PlanTransfer? transfer)
    {
        if (transfer is null || plan.Contiguous is not { } chosen)
            yield break;
        var most = new Transfer(Energy.FromKilowattHours(transfer.Terabytes * transfer.Network.Bounds.High), transfer.Time);
        var high = request with { Places = [.. request.Places.Select(place => place.TransferToStart is null ? place
            : place with { TransferToStart = most })], ForecastError = null, MaxPauses = 0 };
        if (Planner.Plan(high) is Plan { Contiguous: { } other } && other.Segments[0].Place.Label != chosen.Segments[0].Place.Label)
        {
            yield return new Warning("transfer-decides", string.Create(CultureInfo.InvariantCulture,
                $"with {transfer.Network.Bounds.High:0.##} kWh/TB, the upper limit for the network, {other.Segments[0].Place.Label} would be chosen in place of {chosen.Segments[0].Place.Label}"));
        }
    }

    static PlanResult MakePlan(Func<PlanResult> make)
    {
        try
        {
            return make();
        }
        catch (ArgumentException error)
        {
            throw new InvalidInputException(TextBeforeParameter(error));
        }
    }

    static string TextBeforeParameter(ArgumentException error) => error.ParamName is { } name ? error.Message.Replace($" (Parameter '{name}')", "", StringComparison.Ordinal) : error.Message;

    SignalComparison? CompareMarginal(ParseResult parsed, TimeProvider clock, Settings settings, RunRecord? like, PlanRequest request, DateTimeOffset until)
    {
        var marginal = FindSignals(parsed, clock, settings, like, IntensityKind.Marginal, request.Now, until, out _);
        var byZone = marginal.DistinctBy(signal => signal.Signal.Series.Zone.Code).ToDictionary(signal => signal.Signal.Series.Zone.Code,
            signal => signal.Signal.Series, StringComparer.Ordinal);
        return Planner.CompareSignals(request, [.. request.Places.Select(place => byZone[place.Intensity.Zone.Code])]);
    }

    (PowerProfile Profile, bool IsPerKilowatt) ReadProfile(ParseResult parsed, RunRecord? like, TimeSpan? left)
    {
        var duration = left ?? (parsed.GetValue(_duration) is { } text ? PlanTime.ParseDuration(text, "--duration") : (TimeSpan?)null);
        var (energy, power) = (parsed.GetValue(_energy), parsed.GetValue(_power));
        if ((energy is null ? 0 : 1) + (power is null ? 0 : 1) + (like is null ? 0 : 1) > 1)
            throw new InvalidInputException("--energy, --power and --like are different ways to give the energy: use one.");
        if (like is not null)
            return (MakePlanProfile(RunPower.FromRecord(like), duration), false);
        if (duration is not { } time)
            throw new InvalidInputException("how long does the work take? Give --duration 6h, or --like RUN. For example: tonne plan --duration 6h --finish-by fri-18:00 --zone FR");
        return energy is not null ? (PowerProfile.Constant(time, ParseEnergy(energy, "--energy") / time), false)
            : power is not null ? (PowerProfile.Constant(time, ParsePower(power, "--power")), false)
            : (PowerProfile.Constant(time, Power.FromWatts(1000)), true);
    }

    /// <summary>The profile of a run, stretched to another duration of the same work.</summary>
    static PowerProfile MakePlanProfile(PowerProfile profile, TimeSpan? duration) => duration is not { } time || time == profile.Duration ? profile
        : new PowerProfile([.. profile.Stages.Select(stage => stage with { Duration = stage.Duration * (time / profile.Duration) })]);

    sealed record SignalOfZone(PlanSignal Signal, double Pue, string PueOrigin, Source PueSource, string? Name);

    sealed record PlaceChoice(Zone Zone, Place Place, string? Name = null);

    List<SignalOfZone> FindSignals(
        ParseResult parsed, TimeProvider clock, Settings settings, RunRecord? like, IntensityKind kind, DateTimeOffset now, DateTimeOffset until, out bool hasMarginal)
    {
        var files = parsed.GetValue(_series) is { } paths ? GridAccess.ReadFiles(GridAccess.SplitFiles(paths)) : [];
        var basis = _method.ReadBasis(parsed);
        var series = files.SelectMany(file => file.Content.Series).Where(one => basis is null || one.Basis == basis).ToList();
        if (files.Count > 0 && series.Count == 0)
        {
            var known = files.SelectMany(file => file.Content.Series).Select(one => EnumWords.Format(one.Basis))
                .Distinct(StringComparer.Ordinal);
            throw new InvalidInputException(
                $"the files of --series have no {EnumWords.Format(basis!.Value)} intensity; their basis is {string.Join(" and ", known)}.");
        }

        var places = ListPlaces(parsed, settings, like, series);
        hasMarginal = kind == IntensityKind.Average && places.TrueForAll(place => series.Exists(one => one.Zone.Code == place.Zone.Code && one.Kind == IntensityKind.Marginal))
            && series.Exists(one => one.Kind == IntensityKind.Average);
        using var grid = new GridAccess(settings, clock);
        var provider = _method.ReadProvider(parsed, grid);
        if (provider is not null && files.Count > 0)
            throw new InvalidInputException("--provider asks a publisher, and --series has files: give one of them.");
        var found = new List<SignalOfZone>();
        foreach (var (zone, place, name) in places)
        {
            var signal = files.Count > 0
                ? PlanSignal.FromFiles(zone, series, [.. files.SelectMany(file => file.Content.Problems)], series.Exists(one => one.Kind == kind) ? kind : IntensityKind.Marginal, now, until)
                : PlanSignal.FindAsync(zone, grid, kind, basis, provider, now, until, CancellationToken.None).GetAwaiter().GetResult();
            var factors = FactorSelector.SelectFactors(place);
            found.Add(new SignalOfZone(signal.WithGaps(now, until), factors.Pue.Bounds.Best, factors.PueHow, factors.Pue.Source, name));
        }

        return found;
    }

    /// <summary>The zones to choose from, each with the place that its PUE follows from; the first is where the work runs without a plan.</summary>
    List<PlaceChoice> ListPlaces(ParseResult parsed, Settings settings, RunRecord? like, List<IntensitySeries> series)
    {
        var pue = settings.Pue;
        var given = settings.Place;
        if (parsed.GetValue(_zones) is { } names && Split(names) is { Length: > 0 } choices)
            return [.. choices.Select(choice => ReadPlace(choice, pue))];
        if (given is { IntensityGramsPerKwh: not null })
            throw new InvalidInputException("--intensity is one number for all hours; a plan needs intensities by the hour: --zone, --region or --series FILE.");
        if (given is { Region: { } cloud } && RegionCatalog.Find(cloud).ValueOrThrow is var known)
            return [new(known.Zones is [var part, ..] ? part : known.Country, new Place(Region: known.Id, Pue: pue))];
        if (given is { Zone: { } code })
            return [new(GridAccess.FindZone(code), new Place(Pue: pue))];
        if (series.Count > 0)
            return [.. series.Select(one => one.Zone).DistinctBy(zone => zone.Code)
                .Select(zone => new PlaceChoice(zone, new Place(Pue: pue)))];
        if (like is { Opening.Place: { Zone: { } same, Guessed: false } origin })
            return [new(GridAccess.FindZone(same), origin with { Zone = null, Pue = pue ?? origin.Pue })];
        throw new InvalidInputException("where does the work run? Give --zone FR, several with --zones FR,DE, a cloud --region, or --series FILE.");
    }

    /// <summary>A place of <c>--zones</c>: a zone or a region, with a PUE of its own if wanted.</summary>
    static PlaceChoice ReadPlace(string text, double? usualPue)
    {
        var (name, own) = SplitPue(text);
        var region = name.Contains(':', StringComparison.Ordinal) ? RegionCatalog.Find(name).ValueOrThrow : null;
        var zone = region is null ? GridAccess.FindZone(name) : region.Zones is [var smallest, ..] ? smallest : region.Country;
        var label = own is { } pue ? string.Create(CultureInfo.InvariantCulture, $"{zone.Code} PUE {pue:0.###}") : null;
        return new PlaceChoice(zone, new Place(Region: region?.Id, Pue: own ?? usualPue), label);
    }

    /// <summary>Splits <c>FR:1.1</c> into the name and the PUE; regions have colons of their own.</summary>
    static (string Name, double? Pue) SplitPue(string text)
    {
        var at = text.LastIndexOf(':');
        if (at <= 0 || !double.TryParse(text.AsSpan(at + 1), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var pue))
            return (text, null);
        return pue is >= 1 and < 100 ? (text[..at], pue)
            : throw new InvalidInputException($"--zones '{text}': a PUE is facility energy ÷ IT energy, at least 1: FR:1.1.");
    }

    static ImmutableArray<PlanPlace> CreatePlaces(
        List<SignalOfZone> signals, IReadOnlyList<HardwareVariant?> variants, PlanTransfer? transfer, OnSiteRenewables? renewables)
    {
        return
        [
            .. from signal in signals
               from variant in variants
               select new PlanPlace
               {
                   Intensity = signal.Signal.Series,
                   Pue = signal.Pue,
                   Hardware = variant,
                   Price = signal.Signal.Price,
                   Name = signal.Name,
                   // The data lies in the first zone, and the renewables are on its site.
                   TransferToStart = signal.Signal.Series.Zone.Code == signals[0].Signal.Series.Zone.Code && signal.Name == signals[0].Name
                       ? null : transfer?.ToTransfer(),
                   Renewables = signal == signals[0] ? renewables : null,
               },
        ];
    }

    /// <summary>The accelerators to choose from: time and power relative to the first, by their peak operations and their rated power.</summary>
    IReadOnlyList<HardwareVariant?> ReadHardware(ParseResult parsed)
    {
        if (parsed.GetValue(_hardware) is not { } names)
            return [null];
        var chips = Split(names).Select(name => AcceleratorCatalog.Find(name).ValueOrThrow).ToList();
        return [.. chips.Select(chip => HardwareChoice.Create(chip, chips[0]))];
    }

    static int? ReadPauses(string? text) => text switch
    {
        null => 2,
        "any" or "unlimited" => null,
        _ when int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var count) && count <= 1000 => count,
        _ => throw new InvalidInputException($"--max-pauses '{text}' is not a number from 0 to 1000, or any."),
    };

    static TimeSpan ReadTime(ParseResult parsed, Option<string> option) =>
        parsed.GetValue(option) is { } text ? PlanTime.ParseDuration(text, option.Name, mayBeZero: true) : TimeSpan.Zero;

    internal static Energy ParseEnergy(string text, string option) =>
        ParseQuantity(text, [("kWh", 1), ("MWh", 1000), ("Wh", 0.001), ("GWh", 1e6)]) is { } kilowattHours ? Energy.FromKilowattHours(kilowattHours)
            : throw new InvalidInputException($"{option} '{text}' is not an energy above zero: write 12kWh, 800Wh or 3MWh.");

    internal static Power ParsePower(string text, string option) =>
        ParseQuantity(text, [("kW", 1000), ("MW", 1e6), ("W", 1)]) is { } watts ? Power.FromWatts(watts)
            : throw new InvalidInputException($"{option} '{text}' is not a power above zero: write 300W, 2kW or 1.5MW.");

    static double? ParseQuantity(string text, ReadOnlySpan<(string Unit, double Factor)> units)
    {
        var trimmed = text.Replace(" ", "", StringComparison.Ordinal);
        foreach (var (unit, factor) in units)
        {
            if (trimmed.EndsWith(unit, StringComparison.OrdinalIgnoreCase)
                && double.TryParse(trimmed.AsSpan(0, trimmed.Length - unit.Length), NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent, CultureInfo.InvariantCulture, out var number) && number is > 0 and < 1e9)
                return number * factor;
        }

        return null;
    }

    static string[] Split(string list) => list.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
}
