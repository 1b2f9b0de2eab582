using System.Collections.Immutable;
using System.Globalization;
using Tonne.Cli.Wrapping;
using Tonne.Formatting;
using Tonne.Grids;
using Tonne.Planning;
using Tonne.Quantities;
using Tonne.Reporting.Planning;
using Tonne.Runs;

namespace Tonne.Cli.Planning;

/// <summary>Waits for the planned start of a command, pauses and continues it as planned, and plans again when the forecast changes.</summary>
/// <remarks>
/// The work that is left is the planned duration less the time that the command has run. When that is used up, the command runs on without pauses. It is never paused if it could then
/// not be finished in time. While it works the plan stays as it is: a pause that no plan had would cost what a resume costs. When a pause is due, and during it, the work that is left is
/// planned again. Whatever ends tonne, the guardian continues the command (<see cref="PauseGuardian"/>).
/// </remarks>
sealed class CleanHours : IDisposable
{
    static readonly TimeSpan _replanInterval = TimeSpan.FromMinutes(15);
    static readonly TimeSpan _longestWait = TimeSpan.FromHours(1);

    readonly TimeProvider _clock;
    readonly Func<DateTimeOffset, TimeSpan, int?, PlanReport> _plan;
    readonly Action<string> _say;
    readonly int? _checkpointSignal;
    readonly ManualResetEventSlim _ended = new();
    readonly List<TimingSpan> _worked = [];
    readonly Lock _gate = new();
    PlanReport _report;
    DateTimeOffset _plannedAt;
    DateTimeOffset? _workingSince;
    TimeSpan _left;
    int _pauses;
    bool _lastReplanFailed;
    bool _hasPlan = true;
    Thread? _thread;
    PausableCommand? _command;

    /// <summary>Creates it from a first plan.</summary>
    /// <param name="first">The plan.</param>
    /// <param name="plan">Plans again: from a time, for the work that is left, with the number of pauses that are left.</param>
    /// <param name="checkpointSignal">Sent before a pause, so that the program saves its state; null for none.</param>
    /// <param name="clock">The clock of plans.</param>
    /// <param name="say">Receives what the user should know.</param>
    public CleanHours(PlanReport first, Func<DateTimeOffset, TimeSpan, int?, PlanReport> plan, int? checkpointSignal, TimeProvider clock, Action<string> say)
    {
        (First, _report, _plan, _checkpointSignal, _clock, _say) = (first, first, plan, checkpointSignal, clock, say);
        (SubmittedAt, _plannedAt, _left) = (first.Plan.Request.Now, first.Plan.Request.Now, first.Plan.Request.Profile.Duration);
    }

    /// <summary>The first plan.</summary>
    public PlanReport First { get; }

    /// <summary>When the command was asked for.</summary>
    public DateTimeOffset SubmittedAt { get; }

    ImmutableArray<PlanSegment> Segments => _report.Plan.Recommendation.Option.Segments;

    /// <summary>Waits until the command is to start, and plans again meanwhile.</summary>
    public void WaitForStart()
    {
        if (Segments[0].From > _clock.GetUtcNow())
            _say($"waiting until {PlanTextTime(Segments[0].From)}: {_report.Plan.Recommendation.Reason}. Ctrl-C ends the wait.");
        while (Segments[0].From is var start && start > _clock.GetUtcNow())
        {
            Wait(start);
            if (!IsForecast || _clock.GetUtcNow() - _plannedAt < _replanInterval || start <= _clock.GetUtcNow())
                continue;
            if (PlanAgain() && Segments[0].From != start)
                _say(Segments[0].From > _clock.GetUtcNow() ? $"the forecast has changed: waiting until {PlanTextTime(Segments[0].From)}" : "the forecast has changed: starting now");
        }

        if (SubmittedAt < _clock.GetUtcNow() - TimeSpan.FromMinutes(1))
            _say($"starting after {DisplayValue.FormatDuration((_clock.GetUtcNow() - SubmittedAt).TotalSeconds)}");
    }

    /// <summary>Follows the plan from here on: the command has started.</summary>
    public void Follow(PausableCommand command)
    {
        _command = command;
        lock (_gate)
            _workingSince = _clock.GetUtcNow();
        _thread = new Thread(Run, 512 * 1024) { IsBackground = true, Name = "clean hours" };
        _thread.Start();
    }

    /// <summary>The command has ended: what was planned and what became of it.</summary>
    /// <param name="energy">Energy of the command at the plug.</param>
    public RunTiming Finish(Energy energy)
    {
        Stop();
        var request = First.Plan.Request;
        var place = request.Places[0];
        var worked = _worked.Aggregate(TimeSpan.Zero, (sum, span) => sum + (span.To - span.From));
        var planned = First.Plan.Recommendation.Option.Segments;
        var timing = new RunTiming(
            SubmittedAt, request.FinishBy, place.Intensity.Zone.Code, EnumWords.Format(First.Signal),
            [.. planned.Select(segment => new TimingSpan(segment.From, segment.To))], [.. _worked]);
        if (worked <= TimeSpan.Zero)
            return timing;
        return timing with
        {
            PlannedKilograms = Weigh([.. planned.Select(segment => (segment.From, segment.To))]),
            AchievedKilograms = Weigh([.. _worked.Select(span => (span.From, span.To))]),
            ImmediateKilograms = Weigh([(SubmittedAt, SubmittedAt + worked)]),
        };

        // The energy spread evenly over the times, by the intensity of the newest plan where it has the time, else of the first.
        double? Weigh(List<(DateTimeOffset From, DateTimeOffset To)> spans)
        {
            var (sum, time) = (0d, 0d);
            foreach (var (from, to) in spans.Where(span => span.To > span.From))
            {
                var newest = _report.Plan.Request.Places[0].Intensity;
                var mean = newest.Average(from, to, out var known) is { } now && known > 0.999 ? now : place.Intensity.Average(from, to, out known);
                if (mean is not { } intensity || known < 0.999)
                    return null;
                sum += intensity.GramsPerKilowattHour * (to - from).TotalSeconds;
                time += (to - from).TotalSeconds;
            }

            return time > 0 ? energy.KilowattHours * place.Pue * sum / time / 1000 : null;
        }
    }

    /// <summary>Ends: the command, if it is still there, goes on.</summary>
    public void Dispose()
    {
        Stop();
        _ended.Dispose();
    }

    void Run()
    {
        var command = _command!;
        while (!_ended.IsSet)
        {
            var now = _clock.GetUtcNow();
            var used = now - (_workingSince ?? now);
            // The work took longer than it was said to: there is no plan for the rest.
            if (_workingSince is not null && used >= _left)
                return;
            var segment = Segments.FirstOrDefault(segment => segment.To > now);
            if (segment is null)
                return;
            if (segment.From > now && _workingSince is not null)
            {
                // The start may have been late, or the forecast may have changed: is the pause still worth it, and is there time for it?
                var isPlanned = PlanAgain();
                if (!_hasPlan || (isPlanned && Segments[0].From > _clock.GetUtcNow() && !TryPause(command, Segments[0].From)))
                    return;
                continue;
            }

            if (segment.From <= now && _workingSince is null)
                Continue(command);
            var next = segment.From > now ? segment.From : segment.To;
            // The last segment ends with the work.
            if (segment.From <= now && segment == Segments[^1])
                next = now + _longestWait;
            Wait(next);
            if (!_ended.IsSet && _workingSince is null && IsForecast && _clock.GetUtcNow() - _plannedAt >= _replanInterval)
                PlanAgain();
        }
    }

    /// <summary>Whether the intensities may change: observed ones, profiles and means do not.</summary>
    bool IsForecast => First.Signal == IntensitySignal.Forecast;

    /// <summary>Pauses the command.</summary>
    /// <returns>False if it has ended.</returns>
    bool TryPause(PausableCommand command, DateTimeOffset until)
    {
        if (_checkpointSignal is { } signal)
            command.Send(signal);
        if (!command.Pause())
            return false;
        lock (_gate)
        {
            var now = _clock.GetUtcNow();
            var since = _workingSince!.Value;
            _worked.Add(new TimingSpan(since, now));
            _left = TimeSpan.FromTicks(Math.Max(0, (_left - (now - since)).Ticks));
            _workingSince = null;
            _pauses++;
        }

        _say($"paused until {PlanTextTime(until)}");
        return true;
    }

    void Continue(PausableCommand command)
    {
        lock (_gate)
            _workingSince = _clock.GetUtcNow();
        command.Continue();
        _say("continued");
    }

    bool PlanAgain()
    {
        var now = PlanTime.FloorToMinute(_clock.GetUtcNow());
        _plannedAt = _clock.GetUtcNow();
        var left = _workingSince is { } since ? _left - (_clock.GetUtcNow() - since) : _left;
        if (left < TimeSpan.FromMinutes(1))
        {
            _hasPlan = _workingSince is null;
            return false;
        }

        try
        {
            // While the command works, the rest of the plan begins after a pause that counts itself.
            var used = _pauses + (_workingSince is null ? 0 : 1);
            var pauses = First.Plan.Request.MaxPauses is { } most ? Math.Max(0, most - used) : (int?)null;
            var report = _plan(now, TimeSpan.FromMinutes(Math.Ceiling(left.TotalMinutes)), pauses);
            _report = report;
            _lastReplanFailed = false;
            return true;
        }
        catch (Commands.InvalidInputException error)
        {
            if (!_lastReplanFailed)
                _say($"no plan for the rest: {error.Message}");
            // A command that works goes on then; one that waits has its time from the plan before.
            (_lastReplanFailed, _hasPlan) = (true, _workingSince is null);
            return false;
        }
    }

    void Wait(DateTimeOffset until)
    {
        var now = _clock.GetUtcNow();
        var next = new[] { until, _plannedAt + _replanInterval, now + _longestWait }.Where(time => time > now).DefaultIfEmpty(now + TimeSpan.FromMinutes(1)).Min();
        var real = ScaledClock.ToReal(_clock, next - now);
        _ended.Wait(real < TimeSpan.FromMilliseconds(1) ? TimeSpan.FromMilliseconds(1) : real);
    }

    void Stop()
    {
        if (_ended.IsSet)
            return;
        _ended.Set();
        _thread?.Join();
        lock (_gate)
        {
            if (_workingSince is { } since)
                _worked.Add(new TimingSpan(since, _clock.GetUtcNow()));
            _workingSince = null;
        }
    }

    string PlanTextTime(DateTimeOffset time) => time.UtcDateTime.ToString(time.UtcDateTime.Date == _clock.GetUtcNow().UtcDateTime.Date ? "HH:mm 'UTC'" : "ddd yyyy-MM-dd HH:mm 'UTC'", CultureInfo.InvariantCulture);
}
