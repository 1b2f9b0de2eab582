using System.Collections.Immutable;
using Tonne.Accounting;
using Tonne.Recording.Attribution;
using Tonne.Runs;
using Tonne.Services.Requests;

namespace Tonne.Services.Recording;

/// <summary>Divides the energy of a service among single requests that are reported when they have ended.</summary>
/// <remarks>
/// They are not announced, so a time is divided when it is ten minutes old: a request that takes longer, with the time until it is
/// reported, has no energy of its own.
/// </remarks>
sealed class RequestEnergyDivider : IServiceEnergyReceiver
{
    static readonly TimeSpan _lateness = TimeSpan.FromMinutes(10);

    readonly RequestEnergyAllocator _allocator;
    readonly ServiceEnergyWindows _windows;
    readonly RequestEnergyCollector _collector = new();

    /// <summary>Creates a divider.</summary>
    /// <param name="findWork">Finds the work of a model by its name; null if its architecture is unknown.</param>
    public RequestEnergyDivider(Func<string, ServedModelWork?> findWork)
    {
        _allocator = new RequestEnergyAllocator(new RequestEnergyOptions { IdleWatts = 0, Lateness = _lateness, FindWork = findWork });
        _windows = new ServiceEnergyWindows(_allocator);
    }

    /// <summary>Takes requests that have ended.</summary>
    public void Add(ImmutableArray<ServedRequest> requests)
    {
        foreach (var request in requests)
            _allocator.Complete(request);
    }

    /// <inheritdoc/>
    public void Begin(RunOpening opening) => _windows.Begin(opening);

    /// <inheritdoc/>
    public void Add(JobEnergySlice slice) => _windows.Add(slice);

    /// <inheritdoc/>
    public void End(RunRecord record, Footprint? footprint, bool isFinal)
    {
        _windows.End(record, isFinal);
        Collect(_allocator.Settle());
    }

    /// <inheritdoc/>
    public void Finish() => Collect(_allocator.Finish());

    /// <inheritdoc/>
    public ImmutableArray<RequestEnergySum> TakeRequestEnergies() => _collector.Take();

    void Collect(RequestAllocation allocation)
    {
        foreach (var energy in allocation.Requests)
            _collector.Add(energy);
    }
}
