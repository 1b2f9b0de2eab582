namespace Tonne.Server.Proxying;

/// <summary>Passes on what becomes known of requests: to the sums, to the recording, and to the division of energy.</summary>
/// <param name="clock">The clock.</param>
/// <param name="store">The requests.</param>
/// <param name="source">What the recording looks at.</param>
/// <param name="energies">The division of measured energy; null where nothing is measured.</param>
/// <param name="estimates">The estimates.</param>
sealed class RequestObserver(ProxyClock clock, RequestStore store, ProxyUseSource source, RequestEnergies? energies, RequestEstimates estimates)
{
    /// <summary>The clock.</summary>
    public ProxyClock Clock => clock;

    /// <summary>A request has come.</summary>
    public ObservedRequest Receive(bool isForwardPass) => new(this, store.Begin(), isForwardPass);

    /// <summary>A request is with the server.</summary>
    /// <returns>The name under which it is counted as running.</returns>
    public string Begin(ObservedRequest request, DateTimeOffset arrival)
    {
        energies?.Begin(request.Id, request.Model, arrival);
        _ = estimates.PrepareAsync(request.Model, request.IsForwardPass);
        return source.Begin(request.Model);
    }

    /// <summary>Estimates a request without waiting; null if that is not possible.</summary>
    public EnergyEstimate? TryEstimate(ObservedRequest request)
    {
        var (tokens, basis, _) = request.CountTokens();
        return basis == TokenBasis.Unknown ? null : estimates.TryEstimate(request.Model, tokens, request.IsForwardPass);
    }

    /// <summary>A request has left.</summary>
    public void End(string? begun, ProxiedRequest request)
    {
        source.End(begun, request.Model, request.Tokens, request.Failure is not null);
        store.End(request);
        energies?.End(request.ToServed());
    }
}
