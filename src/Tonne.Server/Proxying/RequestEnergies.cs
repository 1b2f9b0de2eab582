using System.Collections.Concurrent;
using System.Collections.Immutable;
using Tonne.Accounting;
using Tonne.Recording.Attribution;
using Tonne.Runs;
using Tonne.Services.Recording;
using Tonne.Services.Requests;

namespace Tonne.Server.Proxying;

/// <summary>Divides the measured energy of the service among the requests: Σ requests + idle = the energy that was divided.</summary>
/// <remarks>
/// The requests wait in a queue, so that none waits for a computation of the hours; each computation divides what is new
/// (<see cref="ServiceEnergyWindows"/>).
/// </remarks>
sealed class RequestEnergies : IServiceEnergyReceiver
{
    // Above this many waiting events the recording must have ended.
    const int MostWaiting = 200_000;

    readonly ConcurrentQueue<Action<RequestEnergyAllocator>> _waiting = new();
    readonly RequestEnergyAllocator _allocator;
    readonly RequestStore _store;
    readonly ServiceEnergyWindows _windows;
    readonly RequestEnergyCollector _collector = new();
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
        _windows = new ServiceEnergyWindows(_allocator);
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
    public void Begin(RunOpening opening) => _windows.Begin(opening);

    /// <inheritdoc/>
    public void Add(JobEnergySlice slice) => _windows.Add(slice);

    /// <inheritdoc/>
    public void End(RunRecord record, Footprint? footprint, bool isFinal)
    {
        if (footprint is not null && footprint.Energy.Bounds.Best > 0)
        {
            var joules = footprint.Energy.Bounds.Best * 3.6e6;
            _facilityRatio = footprint.FacilityEnergy.Bounds.Best * 3.6e6 / joules;
            _kilogramsPerJoule = footprint.Total.Bounds.Best / joules;
            _method = footprint.Method;
        }

        while (_waiting.TryDequeue(out var step))
            step(_allocator);
        _windows.End(record, isFinal);
        Take(_allocator.Settle());
    }

    /// <inheritdoc/>
    public void Finish()
    {
        while (_waiting.TryDequeue(out var step))
            step(_allocator);
        Take(_allocator.Finish());
    }

    /// <inheritdoc/>
    public ImmutableArray<RequestEnergySum> TakeRequestEnergies() => _collector.Take();

    void Take(RequestAllocation allocation)
    {
        var sums = new Dictionary<string, (double Joules, long Tokens)>(StringComparer.Ordinal);
        foreach (var energy in allocation.Requests)
        {
            var request = energy.Request;
            _collector.Add(energy);
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

    void Wait(Action<RequestEnergyAllocator> step)
    {
        if (_waiting.Count < MostWaiting)
            _waiting.Enqueue(step);
    }
}
