using System.Collections.Immutable;
using Tonne.Accounting;
using Tonne.Grids;
using Tonne.Hardware;
using Tonne.Planning;
using Tonne.Quantities;
using Tonne.Reporting.Advising;
using Tonne.Runs;

namespace Tonne.Reporting.Planning;

/// <summary>What waiting, pausing or moving would have saved, over runs of the ledger.</summary>
/// <remarks>
/// Each run is planned again from its start, with its power over time and the intensities of those hours, by one method for all options. So the figures are those of perfect foresight: what a forecast could
/// have saved at most. A run is left out, with the reason, where its intensity was given or guessed, or no intensities by the hour are known for the time it could have waited.
/// </remarks>
public sealed class PlanReplay
{
    readonly List<ReplayedRun> _runs = [];
    readonly SortedDictionary<string, int> _skipped = new(StringComparer.Ordinal);

    PlanReplay(ReplayOptions options) => Options = options;

    /// <summary>What the runs could have done.</summary>
    public ReplayOptions Options { get; }

    /// <summary>The runs, most saved first.</summary>
    public IReadOnlyList<ReplayedRun> Runs => _runs;

    /// <summary>How many runs were left out, by reason.</summary>
    public IReadOnlyDictionary<string, int> Skipped => _skipped;

    /// <summary>Emissions of all runs as they ran.</summary>
    public Emissions Immediate => Sum(run => run.Immediate);

    /// <summary>Share that waiting without pauses would have saved.</summary>
    public double Waiting => Share(run => run.Waiting);

    /// <summary>Share that waiting with pauses would have saved.</summary>
    public double Pausing => Share(run => run.Pausing);

    /// <summary>Share that running at once at the best of the places would have saved; null if there were no other places.</summary>
    public double? Moving => Options.Zones.IsEmpty ? null : Share(run => run.Moving ?? run.Immediate);

    /// <summary>Share that all three together would have saved; null if there were no other places.</summary>
    public double? All => Options.Zones.IsEmpty ? null : Share(run => run.All ?? run.Pausing);

    /// <summary>Number of runs on an accelerator that the catalog knows, and that could be compared with another.</summary>
    public int RunsWithHardware => _runs.Count(run => run.Hardware is not null);

    /// <summary>
    /// Share that the best other accelerator would have saved of those runs, embodied emissions of accelerators included, with the
    /// interval of
    /// the comparison; null if there are no such runs. Runs that are best where they are stay there.
    /// </summary>
    public Bounds? Hardware
    {
        get
        {
            var compared = _runs.Select(run => run.Hardware).OfType<ReplayedHardware>().ToList();
            var present = compared.Sum(run => run.PresentGrams);
            if (present <= 0)
                return null;
            var low = compared.Sum(run => run.OtherGrams.Best < run.PresentGrams ? run.PresentGrams - run.OtherGrams.High : 0) / present;
            var best = compared.Sum(run => Math.Max(0, run.PresentGrams - run.OtherGrams.Best)) / present;
            var high = compared.Sum(run => Math.Max(0, run.PresentGrams - run.OtherGrams.Low)) / present;
            return new Bounds(Math.Min(low, best), best, Math.Max(best, high));
        }
    }

    /// <summary>Emissions as they ran, of the runs on a known accelerator, with its embodied ones.</summary>
    public Emissions HardwareImmediate => Emissions.FromGrams(_runs.Sum(run => run.Hardware?.PresentGrams ?? 0));

    /// <summary>Replays runs.</summary>
    /// <param name="entries">The runs.</param>
    /// <param name="history">Intensities by the hour.</param>
    /// <param name="options">What the runs could have done.</param>
    public static PlanReplay Create(IEnumerable<LedgerEntry> entries, IIntensityHistory history, ReplayOptions options)
    {
        ArgumentNullException.ThrowIfNull(entries);
        ArgumentNullException.ThrowIfNull(history);
        ArgumentNullException.ThrowIfNull(options);
        var replay = new PlanReplay(options);
        foreach (var entry in entries)
            replay.Add(entry.Record, entry.Statements[^1].Factors, history);
        replay._runs.Sort((left, right) => (right.Immediate - right.Best).Grams.CompareTo((left.Immediate - left.Best).Grams));
        return replay;
    }

    void Add(RunRecord record, AccountingFactors factors, IIntensityHistory history)
    {
        var place = record.Opening.Place;
        if (record.Status == RunStatus.Running || record.Opening.Parent is not null)
            Skip("inside another run, or still running");
        else if (place.IntensityGramsPerKwh is not null)
            Skip("its intensity was given as one number");
        else if (FindZone(place) is not { } zone)
            Skip("its place is not known");
        else if (record.DurationSeconds < 1)
            Skip("shorter than a second");
        else if (record.Components.All(component => component.JobMicrojoules == 0))
            Skip("without energy");
        else
            Replay(record, zone, factors.Pue.Bounds.Best, history);
    }

    void Replay(RunRecord record, Zone zone, double pue, IIntensityHistory history)
    {
        var profile = RunPower.FromRecord(record);
        var start = new DateTimeOffset(record.Opening.StartedAt.UtcTicks - (record.Opening.StartedAt.UtcTicks % TimeSpan.TicksPerSecond), TimeSpan.Zero);
        var until = start + profile.Duration + Options.Slack;
        if (FindSeries(history, zone, start, until, null) is not { } series)
        {
            Skip("no intensities by the hour are known for its time");
            return;
        }

        var here = new PlanPlace { Intensity = series, Pue = pue };
        var request = new PlanRequest { Profile = profile, Now = start, FinishBy = until, Places = [here], MaxPauses = Options.MaxPauses };
        if (Planner.Plan(request) is not Plan { Immediate: { } immediate, Contiguous: { } waiting } plan)
        {
            Skip("no intensities by the hour are known for its time");
            return;
        }

        ImmutableArray<PlanPlace> places =
        [
            here, .. Options.Zones.Where(other => other.Code != zone.Code).Select(other => FindSeries(history, other, start, until, series)).OfType<IntensitySeries>().Select(other => new PlanPlace { Intensity = other, Pue = pue }),
        ];
        var pausing = Least(plan.WithPauses, waiting);
        PlanOption? moving = null, all = null;
        if (places.Length > 1)
        {
            var moved = request with { Places = places, FinishBy = start + profile.Duration, MaxPauses = 0 };
            moving = Planner.Plan(moved) is Plan atOnce ? Least(atOnce.Contiguous, immediate) : immediate;
            all = Planner.Plan(request with { Places = places }) is Plan both ? Least(both.WithPauses, Least(both.Contiguous, pausing)) : pausing;
        }

        _runs.Add(new ReplayedRun(record.Opening.Id, record.Opening.Name, zone.Code, series.Signal, immediate.Total, waiting.Total, pausing.Total)
        {
            Moving = moving?.Total,
            All = all?.Total,
            Hardware = CompareHardware(record, series, start, pue),
            BestZone = all?.Segments[0].Place.Intensity.Zone.Code ?? zone.Code,
            BestStart = (all ?? pausing).Start,
        });
    }

    /// <summary>The run at its own start on the other accelerator that emits least; null if there is none to compare with.</summary>
    /// <remarks>
    /// As HardwareComparison: duration and power of the accelerators by data sheets; the rest of the machine keeps its power. The
    /// intensity is
    /// the mean of the run's own time: how long another would run is not known well enough for its hours.
    /// </remarks>
    ReplayedHardware? CompareHardware(RunRecord record, IntensitySeries series, DateTimeOffset start, double pue)
    {
        var used = record.Components.Where(component => component is { Component: Component.Gpu, JobMicrojoules: > 0 }).ToList();
        var names = (record.Opening.Machine.Gpus ?? []).Distinct(StringComparer.Ordinal).ToList();
        if (used.Count == 0 || names is not [var name] || AcceleratorCatalog.Find(name) is not { IsFound: true, Value: { } present })
            return null;
        var total = record.Components.Sum(component => component.JobMicrojoules);
        var share = (double)used.Sum(component => component.JobMicrojoules) / total;
        if (HardwareComparison.Compare(present, present) is not { } here
            || series.Average(start, start + TimeSpan.FromSeconds(record.DurationSeconds), out _) is not { } intensity)
        {
            return null;
        }

        var (hours, energy) = (record.DurationSeconds / 3600, total / 1e6 / Energy.JoulesPerKilowattHour);
        var presentGrams = Weigh(here);
        var others = (Options.Hardware ?? [.. AcceleratorChoices.List(present)]).Where(other => other.Name != present.Name);
        ReplayedHardware? best = null;
        foreach (var other in others)
        {
            if (HardwareComparison.Compare(other, present) is not { } variant)
                continue;
            var (least, most) = HardwareComparison.GetInterval(other, present);
            var grams = Weigh(variant);
            if (best is null || grams < best.OtherGrams.Best)
                best = new ReplayedHardware(present.Name, other.Name, presentGrams,
                    new Bounds(Math.Min(grams, Weigh(least!)), grams, Math.Max(grams, Weigh(most!))));
        }

        return best;

        double Weigh(HardwareVariant variant) =>
            (energy * variant.DurationFactor * (1 - share + (share * variant.PowerFactor)) * pue * intensity.GramsPerKilowattHour)
            + (hours * variant.DurationFactor * used.Count * variant.EmbodiedPerHour.Grams);
    }

    void Skip(string reason) => _skipped[reason] = _skipped.GetValueOrDefault(reason) + 1;

    static PlanOption Least(PlanOption? option, PlanOption other) => option is { } one && one.Total < other.Total ? one : other;

    static Zone? FindZone(Place place)
    {
        if (place.Guessed)
            return null;
        if (place.Region is { } name)
            return RegionCatalog.Find(name).Value is { } region ? region.Zones is [var smallest, ..] ? smallest : region.Country : null;
        return place.Zone is { } code ? ZoneCatalog.FindPlace(code).Value?.Zone : null;
    }

    /// <summary>The series of a zone that has all of a span: observed before profile, lifecycle before direct; of one method with another series where one is given.</summary>
    static IntensitySeries? FindSeries(IIntensityHistory history, Zone zone, DateTimeOffset from, DateTimeOffset to, IntensitySeries? like) =>
        history.Find(zone, from, to)
            .Where(one => one.Kind == IntensityKind.Average && one.Signal is IntensitySignal.Observed or IntensitySignal.Profile && Covers(one, from, to)
                && (like is null || (one.Basis == like.Basis && one.Scope == like.Scope && one.Signal == like.Signal)))
            .OrderBy(one => one.Signal).ThenBy(one => one.Basis == IntensityBasis.Lifecycle ? 0 : 1).FirstOrDefault();

    static bool Covers(IntensitySeries series, DateTimeOffset from, DateTimeOffset to) => series.Average(from, to, out var known) is not null && known > 0.9999;

    Emissions Sum(Func<ReplayedRun, Emissions> select) => Emissions.FromGrams(_runs.Sum(run => select(run).Grams));

    double Share(Func<ReplayedRun, Emissions> select) => Immediate.Grams > 0 ? 1 - (Sum(select).Grams / Immediate.Grams) : 0;
}
