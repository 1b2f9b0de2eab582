using System.Collections.Immutable;
using System.Globalization;
using Tonne.Quantities;

namespace Tonne.Services.Requests;

/// <summary>Divides the energy of a device among the requests that it serves: Σ requests + idle = the counter, to the microjoule.</summary>
/// <remarks>
/// A window lies between two readings of the device's energy counter. In it, idle energy (idle power × time, at most the counter's) is
/// split by time: at each instant equally among the requests that are there, and what falls into times without a request is idle. Energy
/// above it is split by the work that each request has in the window (<see cref="ServedModelWork"/>). Splits are of whole microjoules by
/// largest remainder.
/// <para>Readings and requests may come in any order and late: a window is divided when <see cref="RequestEnergyOptions.Lateness"/> has
/// passed after it and no request that is known to run overlaps it, at the latest after <see cref="RequestEnergyOptions.LongestRequest"/>.
/// Then it is final, and requests leave with their last window: memory does not grow with time. Thread safe.</para>
/// </remarks>
public sealed class RequestEnergyAllocator
{
    // Times of the longest request, after which one that was announced is given up.
    const int AbandonedAfter = 4;

    readonly RequestEnergyOptions _options;
    readonly Lock _gate = new();
    readonly Queue<EnergyWindow> _windows = new();
    readonly List<TrackedRequest> _requests = [];
    readonly Dictionary<string, TrackedRequest> _running = new(StringComparer.Ordinal);
    readonly Dictionary<string, ServedModelWork> _works = new(StringComparer.Ordinal);
    readonly ImmutableArray<RequestEnergy>.Builder _settled = ImmutableArray.CreateBuilder<RequestEnergy>();
    readonly ImmutableArray<AllocatedWindow>.Builder _divided = ImmutableArray.CreateBuilder<AllocatedWindow>();
    readonly ImmutableArray<CounterGap>.Builder _gaps = ImmutableArray.CreateBuilder<CounterGap>();
    (long Time, Microjoules Value)? _reading;
    (long Time, Microjoules Value) _newest;
    long _seenUntil = long.MinValue;
    long _dividedUntil = long.MinValue;
    Microjoules _counter, _given, _unattributed, _open;
    long _ignored, _refused;

    /// <summary>Creates an allocator for one device.</summary>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of range.</exception>
    public RequestEnergyAllocator(RequestEnergyOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        _options = options;
    }

    /// <summary>What was divided so far.</summary>
    public AllocationTotals Totals
    {
        get
        {
            lock (_gate)
            {
                return new AllocationTotals
                {
                    Counter = _counter,
                    Requests = _given,
                    Unattributed = _unattributed,
                    Open = _open + (_reading is { } first ? _newest.Value - first.Value : Microjoules.Zero),
                    IgnoredReadings = _ignored,
                    RefusedRequests = _refused,
                };
            }
        }
    }

    /// <summary>Requests and windows that are held.</summary>
    public int Held
    {
        get
        {
            lock (_gate)
                return _requests.Count + _windows.Count;
        }
    }

    /// <summary>Takes a reading of the device's energy counter.</summary>
    /// <remarks>
    /// The first one has no meaning of its own. A lower value means that the counter began anew: what it counted since the reading before
    /// is unknown, a gap.
    /// </remarks>
    /// <param name="time">When it was read.</param>
    /// <param name="joules">The counter, J.</param>
    /// <returns>Whether it was used; not if it is no later than the last one, or not a number from 0 to 9e12.</returns>
    public bool AddReading(DateTimeOffset time, double joules)
    {
        lock (_gate)
        {
            var now = time.UtcTicks;
            if (!(joules >= 0 && joules <= 9e12) || now <= _seenUntil)
            {
                _ignored++;
                return false;
            }

            var value = Microjoules.FromJoules(joules);
            if (_reading is { } begin)
            {
                var (before, energy) = (_newest, value - _newest.Value);
                if (FindProblem(before.Time, now, energy) is { } problem)
                {
                    CloseInterval(begin);
                    AddGap(before.Time, now, problem, isCounted: false);
                    _reading = (now, value);
                }
                else
                {
                    if (now - before.Time > _options.LongestInterval.Ticks)
                    {
                        CloseInterval(begin);
                        begin = before;
                        _reading = before;
                        AddGap(before.Time, now, "There was no reading: the energy of this time was divided as a whole.", isCounted: true);
                    }

                    _newest = (now, value);
                    if (now - begin.Time >= _options.Step.Ticks)
                    {
                        CloseInterval(begin);
                        _reading = _newest;
                    }
                }
            }
            else
            {
                _reading = (now, value);
            }

            (_newest, _seenUntil) = ((now, value), now);
            return true;
        }
    }

    /// <summary>Takes the energy of an interval, for devices without a counter.</summary>
    /// <param name="from">Start, not before the end of the last interval or reading.</param>
    /// <param name="to">End.</param>
    /// <param name="energy">Energy of the device in it, not negative.</param>
    /// <returns>Whether it was used; not if it overlaps what was there before, is empty or negative.</returns>
    public bool AddInterval(DateTimeOffset from, DateTimeOffset to, Microjoules energy) => AddWindow(from, to, energy, idle: null);

    /// <summary>Takes the energy of an interval of which the idle part is known, so that the idle power is not used.</summary>
    /// <param name="from">Start, not before the end of the last interval or reading.</param>
    /// <param name="to">End.</param>
    /// <param name="energy">Energy in it, not negative.</param>
    /// <param name="idle">Of this, idle energy; not negative, and no more than <paramref name="energy"/> counts.</param>
    /// <returns>Whether it was used; not if it overlaps what was there before, is empty or negative.</returns>
    public bool AddInterval(DateTimeOffset from, DateTimeOffset to, Microjoules energy, Microjoules idle) => AddWindow(from, to, energy, idle);

    bool AddWindow(DateTimeOffset from, DateTimeOffset to, Microjoules energy, Microjoules? idle)
    {
        lock (_gate)
        {
            if (to <= from || energy < Microjoules.Zero || idle < Microjoules.Zero || from.UtcTicks < _seenUntil)
            {
                _ignored++;
                return false;
            }

            if (_reading is { } begin)
                CloseInterval(begin);
            if (_seenUntil != long.MinValue && from.UtcTicks > _seenUntil)
                AddGap(_seenUntil, from.UtcTicks, "There is no energy for this time.", isCounted: false);
            _reading = null;
            AddWindow(new EnergyWindow(from.UtcTicks, to.UtcTicks, energy, idle));
            _seenUntil = to.UtcTicks;
            return true;
        }
    }

    /// <summary>Announces a request that runs, so that windows wait for its tokens. Not needed for those that are reported within the
    /// lateness.</summary>
    /// <param name="id">Its id; <see cref="Complete"/> has the same.</param>
    /// <param name="model">The model.</param>
    /// <param name="arrival">When it came.</param>
    /// <returns>Whether it was taken; not if one with this id runs already, or too many are held.</returns>
    public bool Begin(string id, string model, DateTimeOffset arrival)
    {
        ArgumentNullException.ThrowIfNull(id);
        lock (_gate)
        {
            if (_running.ContainsKey(id) || !MakeRoom())
            {
                _refused++;
                return false;
            }

            _running[id] = Track(model, arrival);
            return true;
        }
    }

    /// <summary>Reports a request that has ended.</summary>
    /// <param name="request">The request.</param>
    /// <returns>Whether it was taken; not if it ended before it arrived, or too many are held.</returns>
    public bool Complete(ServedRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        lock (_gate)
        {
            if (_running.Remove(request.Id, out var tracked))
            {
                tracked.Complete(request);
                return true;
            }

            if (request.End < request.Arrival || !MakeRoom())
            {
                _refused++;
                return false;
            }

            tracked = Track(request.Model, request.Arrival);
            tracked.Complete(request);
            return true;
        }
    }

    /// <summary>Divides the windows that are due and returns what became final.</summary>
    public RequestAllocation Settle()
    {
        lock (_gate)
        {
            Abandon(isEnd: false);
            while (_windows.TryPeek(out var window) && IsDue(window))
                DivideNext();
            Release(isEnd: false);
            return Take();
        }
    }

    /// <summary>Divides everything that is there and returns it. Requests that have not ended have no energy of work, and leave with a
    /// reason.</summary>
    public RequestAllocation Finish()
    {
        lock (_gate)
        {
            if (_reading is { } begin)
            {
                CloseInterval(begin);
                _reading = _newest;
            }

            while (_windows.Count > 0)
                DivideNext();
            Abandon(isEnd: true);
            Release(isEnd: true);
            return Take();
        }
    }

    string? FindProblem(long from, long to, Microjoules energy)
    {
        if (energy < Microjoules.Zero)
        {
            return string.Create(CultureInfo.InvariantCulture,
                $"The counter went back by {-energy.Value / 1e6:0.######} J: it began anew, and what it counted before is unknown.");
        }

        var watts = energy.Value * 10d / (to - from);
        return watts > _options.CeilingWatts
            ? string.Create(CultureInfo.InvariantCulture,
                $"The counter rose by {watts:0} W, above the {_options.CeilingWatts:0} W that the device can use.")
            : null;
    }

    void CloseInterval((long Time, Microjoules Value) begin)
    {
        if (_newest.Time > begin.Time)
            AddWindow(new EnergyWindow(begin.Time, _newest.Time, _newest.Value - begin.Value));
    }

    void AddWindow(EnergyWindow window)
    {
        _windows.Enqueue(window);
        _open += window.Energy;
        while (_windows.Count > _options.Capacity)
            DivideNext();
    }

    // What nobody takes out is not kept without end.
    void AddGap(long from, long to, string reason, bool isCounted)
    {
        if (_gaps.Count < _options.Capacity)
            _gaps.Add(new CounterGap(new(from, TimeSpan.Zero), new(to, TimeSpan.Zero), reason, isCounted));
    }

    TrackedRequest Track(string model, DateTimeOffset arrival)
    {
        var tracked = new TrackedRequest(model, FindWork(model), arrival.UtcTicks) { IsLate = arrival.UtcTicks < _dividedUntil };
        _requests.Add(tracked);
        return tracked;
    }

    ServedModelWork FindWork(string model)
    {
        if (_works.TryGetValue(model, out var work))
            return work;
        work = _options.FindWork(model) ?? ServedModelWork.ByTokens;
        // Names come from outside: a server that reports a new one each time must not fill the memory.
        if (_works.Count < 10_000)
            _works[model] = work;
        return work;
    }

    bool MakeRoom()
    {
        while (_requests.Count >= _options.Capacity && _windows.Count > 0)
        {
            DivideNext();
            Release(isEnd: false);
        }

        return _requests.Count < _options.Capacity;
    }

    /// <summary>Ends requests that were announced and of which nothing more was heard, so that they do not stay for ever.</summary>
    void Abandon(bool isEnd)
    {
        if (_running.Count == 0 || _seenUntil == long.MinValue)
            return;
        var before = isEnd ? long.MaxValue : _seenUntil - (AbandonedAfter * _options.LongestRequest.Ticks);
        foreach (var (id, request) in _running.Where(pair => pair.Value.Arrival < before).ToList())
        {
            _running.Remove(id);
            request.IsAbandoned = true;
            var arrival = new DateTimeOffset(request.Arrival, TimeSpan.Zero);
            var end = new DateTimeOffset(Math.Max(request.Arrival, _seenUntil), TimeSpan.Zero);
            request.Complete(new ServedRequest { Id = id, Model = request.Model, Arrival = arrival, End = end });
        }
    }

    bool IsDue(EnergyWindow window)
    {
        if (_seenUntil - window.To < _options.Lateness.Ticks)
            return false;
        return _seenUntil - window.To >= _options.LongestRequest.Ticks
            || !_running.Values.Any(request => request.Arrival < window.To);
    }

    void DivideNext()
    {
        var window = _windows.Dequeue();
        var overlapping = _requests.FindAll(request => request.Arrival < window.To && request.End > window.From);
        foreach (var request in overlapping)
            request.WasCut |= request.Request is null;
        var divided = new WindowDivision(window, overlapping).Divide(_options.IdleWatts);
        _open -= window.Energy;
        _counter += divided.Counter;
        _given += divided.Requests;
        _unattributed += divided.Unattributed;
        _dividedUntil = window.To;
        if (_divided.Count < _options.Capacity)
            _divided.Add(divided);
    }

    void Release(bool isEnd)
    {
        foreach (var request in _requests)
        {
            if (IsFinal(request, isEnd) && _settled.Count < _options.Capacity)
                _settled.Add(Describe(request));
        }

        _requests.RemoveAll(request => IsFinal(request, isEnd));
    }

    bool IsFinal(TrackedRequest request, bool isEnd) => request.Request is not null && (isEnd || request.End <= _dividedUntil);

    static RequestEnergy Describe(TrackedRequest request)
    {
        var missing = Math.Max(0, request.End - request.Arrival - request.Covered);
        var reason = request.IsAbandoned ? "It was announced, and its end was not reported: it has idle energy only."
            : request.IsLate ? "It was reported after the energy of its time had been divided."
            : request.WasCut ? "It ran so long that the energy of its first part was divided before its tokens were known."
            : missing > 0 ? "The counter has no energy for a part of its time."
            : null;
        return new RequestEnergy
        {
            Request = request.Request!,
            Work = request.WorkEnergy,
            Idle = request.IdleEnergy,
            Waiting = request.WaitingEnergy,
            MissingTime = TimeSpan.FromTicks(missing),
            Reason = reason,
            IsByTokens = request.Work.IsAssumed,
        };
    }

    RequestAllocation Take()
    {
        _settled.Sort(static (left, right) => left.Request.End.CompareTo(right.Request.End));
        var taken = new RequestAllocation(_settled.ToImmutable(), _divided.ToImmutable(), _gaps.ToImmutable());
        _settled.Clear();
        _divided.Clear();
        _gaps.Clear();
        return taken;
    }
}
