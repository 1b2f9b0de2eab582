using System.Collections.Immutable;
using Tonne.Services.Requests;

namespace Tonne.Services.Recording;

/// <summary>Collects energies of single requests by hour and model. Not thread safe.</summary>
/// <remarks>
/// Only complete energies of requests with tokens count: a request that was reported too late, that ran while nothing was measured, or
/// whose
/// work is unknown would make the smallest energies too small.
/// </remarks>
public sealed class RequestEnergyCollector
{
    readonly Dictionary<(DateTimeOffset Hour, string Model), List<long>> _energies = [];

    /// <summary>Takes the energy of a request.</summary>
    public void Add(RequestEnergy energy)
    {
        ArgumentNullException.ThrowIfNull(energy);
        var request = energy.Request;
        if (energy.Reason is not null || (request.PromptTokens <= 0 && request.OutputTokens <= 0))
            return;
        var key = (new DateTimeOffset(request.End.UtcTicks - (request.End.UtcTicks % TimeSpan.TicksPerHour), TimeSpan.Zero), request.Model);
        if (!_energies.TryGetValue(key, out var energies))
            _energies[key] = energies = [];
        energies.Add(energy.Total.Value);
    }

    /// <summary>Takes out what was collected since the last time.</summary>
    public ImmutableArray<RequestEnergySum> Take()
    {
        ImmutableArray<RequestEnergySum> sums =
        [
            .. _energies.OrderBy(static pair => pair.Key.Hour).ThenBy(static pair => pair.Key.Model, StringComparer.Ordinal)
                .Select(static pair => new RequestEnergySum(pair.Key.Hour, pair.Key.Model, EnergyHistogram.FromMicrojoules(pair.Value))),
        ];
        _energies.Clear();
        return sums;
    }
}
