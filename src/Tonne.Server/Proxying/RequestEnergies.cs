using System.Collections.Concurrent;
using Tonne.Accounting;
using Tonne.Hardware;
using Tonne.Quantities;
using Tonne.Recording.Attribution;
using Tonne.Runs;
using Tonne.Services.Recording;
using Tonne.Services.Requests;

namespace Tonne.Server.Proxying;

/// <summary>Divides the measured energy of the service among the requests: Σ requests + idle = the energy that was divided.</summary>
/// <remarks>
/// Each computation of the hours passes on the energy of the whole run so far. What is later than the computation before is divided here, in
/// windows of a second, as far as every part of the machine has been read; a part that is silent holds this up for a minute at most. The
/// requests wait in a queue, so that none waits for a computation.
/// </remarks>
sealed class RequestEnergies : IServiceEnergyReceiver
{
    const long Window = 1_000_000_000;
    const long LongestSilence = 60 * Window;
    // Above this many waiting events the recording must have ended.
    const int MostWaiting = 200_000;

    readonly ConcurrentQueue<Action<RequestEnergyAllocator>> _waiting = new();
    readonly RequestEnergyAllocator _allocator;
    readonly RequestStore _store;
    readonly Dictionary<(Component, string?), long> _readUntil = [];
    readonly SortedDictionary<long, (long Job, long Idle)> _windows = [];
    string? _run;
    DateTimeOffset _origin;
    DateTimeOffset _seenUntil;
    long _given, _carriedJob, _carriedIdle;
    double _facilityRatio = 1;
    double _kilogramsPerJoule;
    string _method = "";
    volatile ConcurrentDictionary<string, double> _joulesPerToken = new(StringComparer.Ordinal);

    /// <summary>Creates the division.</summary>
    /// <param name="store">The requests.</param>
    /// <param name="findWork">Finds the work of a model by its name; null if its architecture is unknown.</param>
    public RequestEnergies(RequestStore store, Func<string, ServedModelWork?> findWork)
    {
        _store = store;
        _allocator = new RequestEnergyAllocator(new RequestEnergyOptions { IdleWatts = 0, Lateness = TimeSpan.FromSeconds(1), FindWork = findWork });
    }

    /// <summary>What was divided so far.</summary>
    public AllocationTotals Totals => _allocator.Totals;

    /// <summary>Facility energy ÷ IT energy of the service so far.</summary>
    public double FacilityRatio => _facilityRatio;

    /// <summary>Announces a request.</summary>
    public void Begin(string id, string model, DateTimeOffset arrival) => Wait(allocator => allocator.Begin(id, model, arrival));

    /// <summary>Reports a request that has ended.</summary>
    public void End(ServedRequest request) => Wait(allocator => allocator.Complete(request));

    /// <summary>Energy of a token of a model in the last computation: facility energy, J, and emissions, kg; null if none was measured.</summary>
    public (double Joules, double Kilograms)? GetPerToken(string model) =>
        _joulesPerToken.TryGetValue(model, out var joules) ? (joules * _facilityRatio, joules * _kilogramsPerJoule) : null;

    /// <inheritdoc/>
    public void Begin(RunOpening opening)
    {
        if (opening.Id != _run)
        {
            // The next run begins where the one before has ended; what is carried goes with it.
            (_run, _origin, _given) = (opening.Id, opening.StartedAt, 0);
        }

        _windows.Clear();
        _readUntil.Clear();
    }

    /// <inheritdoc/>
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
            _windows[window] = (job + Part(slice.Job.Value, slice, begin, end), idle + Part(slice.JobIdle.Value, slice, begin, end));
        }
    }

    /// <inheritdoc/>
    public void End(RunRecord record, Footprint? footprint, bool isFinal)
    {
        var end = (long)Math.Round(record.DurationSeconds * 1e9);
        var until = isFinal || _readUntil.Count == 0 ? end : Math.Max(Math.Min(end, _readUntil.Values.Min()), end - LongestSilence);
        if (!isFinal)
            until -= until % Window;
        if (footprint is not null && footprint.Energy.Bounds.Best > 0)
        {
            var joules = footprint.Energy.Bounds.Best * 3.6e6;
            _facilityRatio = footprint.FacilityEnergy.Bounds.Best * 3.6e6 / joules;
            _kilogramsPerJoule = footprint.Total.Bounds.Best / joules;
            _method = footprint.Method;
        }

        while (_waiting.TryDequeue(out var step))
            step(_allocator);
        for (var window = _given / Window; window * Window < until; window++)
            Divide(window, Math.Max(_given, window * Window), Math.Min(until, (window + 1) * Window), isFinal && (window + 1) * Window >= until);
        _given = Math.Max(_given, until);
        Take(_allocator.Settle());
    }

    /// <summary>The recording has ended: everything that is there is divided.</summary>
    public void Finish()
    {
        while (_waiting.TryDequeue(out var step))
            step(_allocator);
        Take(_allocator.Finish());
    }

    void Divide(long window, long from, long to, bool takesRest)
    {
        var (job, idle) = _windows.GetValueOrDefault(window);
        if (takesRest)
        {
            foreach (var rest in _windows.Where(pair => pair.Key > window))
                (job, idle) = (job + rest.Value.Job, idle + rest.Value.Idle);
        }

        // A meter may correct what it said before: what is negative is taken off the next window.
        (job, idle) = (job + _carriedJob, idle + _carriedIdle);
        var energy = Math.Max(0, job);
        var idleEnergy = Math.Clamp(idle, 0, energy);
        (_carriedJob, _carriedIdle) = (job - energy, idle - idleEnergy);
        // Runs of two days may meet at slightly different times, where the clock was set.
        var (begin, end) = (_origin.AddTicks(from / 100), _origin.AddTicks(to / 100));
        begin = begin < _seenUntil ? _seenUntil : begin;
        end = end <= begin ? begin.AddTicks(1) : end;
        _allocator.AddInterval(begin, end, new Microjoules(energy), new Microjoules(idleEnergy));
        _seenUntil = end;
    }

    void Take(RequestAllocation allocation)
    {
        var sums = new Dictionary<string, (double Joules, long Tokens)>(StringComparer.Ordinal);
        foreach (var energy in allocation.Requests)
        {
            var request = energy.Request;
            if (_store.Find(request.Id) is { } kept)
                kept.Measured = new MeasuredRequest(energy, _facilityRatio, _kilogramsPerJoule, _method);
            var tokens = CountComputed(request.PromptTokens, request.CachedTokens, request.OutputTokens);
            if (tokens > 0 && energy.Reason is null)
            {
                var (joules, count) = sums.GetValueOrDefault(request.Model);
                sums[request.Model] = (joules + (energy.Total.Value / 1e6), count + tokens);
            }
        }

        if (sums.Count > 0)
            _joulesPerToken = new ConcurrentDictionary<string, double>(sums.Select(static pair => KeyValuePair.Create(pair.Key, pair.Value.Joules / pair.Value.Tokens)), StringComparer.Ordinal);
    }

    /// <summary>Tokens that were computed: those of the prompt that were not cached, and those of the answer.</summary>
    public static long CountComputed(long prompt, long cached, long output) => Math.Max(0, prompt - cached) + output;

    // Sums over adjacent parts are exact, because each is a difference of rounded sums from the slice's start.
    static long Part(long energy, JobEnergySlice slice, long from, long to) => Rounded(energy, slice, to) - Rounded(energy, slice, from);

    static long Rounded(long energy, JobEnergySlice slice, long time) =>
        time >= slice.To ? energy : time <= slice.From ? 0 : (long)Math.Round(energy * ((double)(time - slice.From) / (slice.To - slice.From)));

    void Wait(Action<RequestEnergyAllocator> step)
    {
        if (_waiting.Count < MostWaiting)
            _waiting.Enqueue(step);
    }
}
