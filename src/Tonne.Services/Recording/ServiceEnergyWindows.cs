using Tonne.Hardware;
using Tonne.Quantities;
using Tonne.Recording.Attribution;
using Tonne.Runs;
using Tonne.Services.Requests;

namespace Tonne.Services.Recording;

/// <summary>Passes the energy of a service on to an allocator, in windows of a second.</summary>
/// <remarks>
/// Each computation of the hours has the energy of the whole run so far. What is later than the computation before is passed on, as far as
/// every part of the machine has been read; a part that is silent holds this up for a minute at most. Not thread safe.
/// </remarks>
/// <param name="allocator">Divides the energy.</param>
public sealed class ServiceEnergyWindows(RequestEnergyAllocator allocator)
{
    const long Window = 1_000_000_000;
    const long LongestSilence = 60 * Window;

    readonly Dictionary<(Component, string?), long> _readUntil = [];
    readonly SortedDictionary<long, (long Job, long Idle)> _windows = [];
    string? _run;
    DateTimeOffset _origin;
    DateTimeOffset _seenUntil;
    long _given, _carriedJob, _carriedIdle;

    /// <summary>A computation begins.</summary>
    /// <param name="opening">The run whose energy it is.</param>
    public void Begin(RunOpening opening)
    {
        ArgumentNullException.ThrowIfNull(opening);
        if (opening.Id != _run)
        {
            // The next run begins where the one before has ended; what is carried goes with it.
            (_run, _origin, _given) = (opening.Id, opening.StartedAt, 0);
        }

        _windows.Clear();
        _readUntil.Clear();
    }

    /// <summary>Takes energy of the service.</summary>
    /// <param name="slice">The energy, with times in ns since the start of the run.</param>
    public void Add(JobEnergySlice slice)
    {
        var key = (slice.Component, slice.Device);
        _readUntil[key] = Math.Max(_readUntil.GetValueOrDefault(key), slice.To);
        if (slice.To <= _given)
            return;
        var from = Math.Max(slice.From, _given);
        if (slice.To <= slice.From)
        {
            var (jobs, idles) = _windows.GetValueOrDefault(from / Window);
            _windows[from / Window] = (jobs + slice.Job.Value, idles + slice.JobIdle.Value);
            return;
        }

        for (var window = from / Window; window * Window < slice.To; window++)
        {
            var (begin, end) = (Math.Max(from, window * Window), Math.Min(slice.To, (window + 1) * Window));
            var (job, idle) = _windows.GetValueOrDefault(window);
            _windows[window] = (job + GetPart(slice.Job.Value, slice, begin, end), idle + GetPart(slice.JobIdle.Value, slice, begin, end));
        }
    }

    /// <summary>The computation has ended: passes on what is new.</summary>
    /// <param name="record">The run so far.</param>
    /// <param name="isFinal">Whether the run has ended, so that nothing is added.</param>
    public void End(RunRecord record, bool isFinal)
    {
        ArgumentNullException.ThrowIfNull(record);
        var end = (long)Math.Round(record.DurationSeconds * 1e9);
        var until = isFinal || _readUntil.Count == 0 ? end : Math.Max(Math.Min(end, _readUntil.Values.Min()), end - LongestSilence);
        if (!isFinal)
            until -= until % Window;
        for (var window = _given / Window; window * Window < until; window++)
            PassOn(window, Math.Max(_given, window * Window), Math.Min(until, (window + 1) * Window), isFinal
                && (window + 1) * Window >= until);
        _given = Math.Max(_given, until);
    }

    void PassOn(long window, long from, long to, bool takesRest)
    {
        var (job, idle) = _windows.GetValueOrDefault(window);
        if (takesRest)
        {
            foreach (var rest in _windows.Where(pair => pair.Key > window))
                (job, idle) = (job + rest.Value.Job, idle + rest.Value.Idle);
        }

        // A meter may correct what it reported before: what is negative is taken off the next window.
        (job, idle) = (job + _carriedJob, idle + _carriedIdle);
        var energy = Math.Max(0, job);
        var idleEnergy = Math.Clamp(idle, 0, energy);
        (_carriedJob, _carriedIdle) = (job - energy, idle - idleEnergy);
        // Runs of two days may meet at slightly different times, where the clock was set.
        var (begin, end) = (_origin.AddTicks(from / 100), _origin.AddTicks(to / 100));
        begin = begin < _seenUntil ? _seenUntil : begin;
        end = end <= begin ? begin.AddTicks(1) : end;
        allocator.AddInterval(begin, end, new Microjoules(energy), new Microjoules(idleEnergy));
        _seenUntil = end;
    }

    // Sums over adjacent parts are exact, because each is a difference of rounded sums from the slice's start.
    static long GetPart(long energy, JobEnergySlice slice, long from, long to) => Round(energy, slice, to) - Round(energy, slice, from);

    static long Round(long energy, JobEnergySlice slice, long time) =>
        time >= slice.To ? energy : time <= slice.From ? 0
            : (long)Math.Round(energy * ((double)(time - slice.From) / (slice.To - slice.From)));
}
