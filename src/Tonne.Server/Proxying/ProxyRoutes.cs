using System.Net;
using Tonne.Server.Api;

namespace Tonne.Server.Proxying;

/// <summary>The proxy's own addresses, below <c>/tonne/</c>, for programs of this machine.</summary>
/// <param name="options">Name and server.</param>
/// <param name="store">The requests.</param>
/// <param name="energies">The measured energies; null where nothing is measured.</param>
/// <param name="estimates">The estimates.</param>
sealed class ProxyRoutes(ProxyOptions options, RequestStore store, RequestEnergies? energies, RequestEstimates estimates)
{
    const string Prefix = "/tonne";
    const string List = "/tonne/requests";

    /// <summary>Whether an address is the proxy's own.</summary>
    public static bool IsOwn(PathString path) => path.StartsWithSegments(Prefix, StringComparison.OrdinalIgnoreCase);

    /// <summary>Answers.</summary>
    public Task AnswerAsync(HttpContext context)
    {
        context.Response.Headers.CacheControl = "no-store";
        context.Response.Headers.XContentTypeOptions = "nosniff";
        if (!IsAllowed(context))
        {
            return ProblemAnswer.WriteAsync(context, StatusCodes.Status403Forbidden, "this address is for programs of this machine", context.Request.Path,
                "Ask at 127.0.0.1, without the header Origin of another site.");
        }

        if (!HttpMethods.IsGet(context.Request.Method))
        {
            context.Response.Headers.Allow = "GET";
            return ProblemAnswer.WriteAsync(context, StatusCodes.Status405MethodNotAllowed, "this address does not take that method", context.Request.Path, "Use GET.");
        }

        var path = context.Request.Path.Value!.TrimEnd('/');
        if (path.Equals(List, StringComparison.OrdinalIgnoreCase))
            return context.Response.WriteAsJsonAsync(Describe(), ProxyJson.Default.RequestsDocument, cancellationToken: context.RequestAborted);
        if (path.StartsWith(List + "/", StringComparison.OrdinalIgnoreCase) && Describe(path[(List.Length + 1)..]) is { } document)
            return context.Response.WriteAsJsonAsync(document, ProxyJson.Default.RequestDocument, cancellationToken: context.RequestAborted);
        return ProblemAnswer.WriteAsync(context, StatusCodes.Status404NotFound, "there is no such request",
            context.Request.Path, $"Of the last {RequestStore.DefaultCapacity:#,0} requests each is at {List}/ID, with the ID of its header {ProxyHeaders.Request}.");
    }

    // A page of another site, or one whose name was made to point here (DNS rebinding), must not read what passes.
    static bool IsAllowed(HttpContext context)
    {
        var request = context.Request;
        var name = request.Host.Host.Trim('[', ']');
        return context.Connection.RemoteIpAddress is { } remote && IPAddress.IsLoopback(remote)
            && (name.Equals("localhost", StringComparison.OrdinalIgnoreCase) || (IPAddress.TryParse(name, out var address) && IPAddress.IsLoopback(address)))
            && request.Headers.Origin.Count == 0
            && (request.Headers["Sec-Fetch-Site"].Count == 0 || request.Headers["Sec-Fetch-Site"] is ["none" or "same-origin"]);
    }

    RequestsDocument Describe()
    {
        var (sums, kept) = (store.Sum(), store.List());
        var measured = kept.Where(static request => request.Measured is not null).Select(static request => request.Measured!.WattHours).ToList();
        var percentiles = energies is not null ? PercentileDocument.From("measured", measured)
            : PercentileDocument.From("estimate", kept.Select(request => Estimate(request)?.WattHours).OfType<double>());
        var divided = energies?.Totals is { } totals
            ? new DividedDocument(ToWattHours(totals.Counter.Value), ToWattHours(totals.Requests.Value), ToWattHours(totals.Idle.Value)) : null;
        return new RequestsDocument(
            options.Name, options.Upstream.GetLeftPart(UriPartial.Authority), sums.Count, sums.Failed, sums.Running, sums.Modelled, sums.Unknown,
            new TokensDocument(sums.Tokens.Input, sums.Tokens.CachedInput, sums.Tokens.Output, sums.Tokens.Reasoning), percentiles, divided,
            energies is null ? "Nothing is measured: give --pid PID of a server on this machine. The figures are estimates from model and tokens." : null);
    }

    RequestDocument? Describe(string id)
    {
        if (store.Find(id) is not { } request)
            return store.IsRunning(id) ? new RequestDocument { Id = id, State = "running" } : null;
        var document = new RequestDocument
        {
            Id = request.Id,
            State = request.Measured is not null ? "measured" : energies is not null ? "pending" : "estimated",
            Model = request.Model,
            Arrival = request.Arrival,
            DurationSeconds = (request.End - request.Arrival).TotalSeconds,
            FirstTokenSeconds = (request.FirstToken - request.Arrival)?.TotalSeconds,
            Streamed = request.IsStreamed,
            Failure = request.Failure,
            Tokens = new TokensDocument(request.Tokens.Input, request.Tokens.CachedInput, request.Tokens.Output, request.Tokens.Reasoning,
                request.Basis.ToString().ToLowerInvariant(), request.TokenReason),
        };
        if (request.Measured is { } measured)
        {
            return document with
            {
                EnergyWh = measured.WattHours,
                WorkWh = measured.ToWattHours(measured.Energy.Work.Value),
                IdleWh = measured.ToWattHours(measured.Energy.Idle.Value),
                WaitingWh = measured.ToWattHours(measured.Energy.Waiting.Value),
                Co2eMg = measured.Milligrams,
                Basis = "measured",
                Method = measured.Method + (measured.Energy.IsByTokens ? "/by-tokens" : "/by-architecture"),
                Note = measured.Energy.Reason,
            };
        }

        return Estimate(request) is { } estimate
            ? document with { EnergyWh = estimate.WattHours, Co2eMg = estimate.Milligrams, Basis = "estimate", Method = estimate.Method }
            : document with { Note = request.Basis == TokenBasis.Unknown ? "its tokens are unknown" : "no catalog has this model, or it is still prepared: ask again, or give --model MODEL" };
    }

    EnergyEstimate? Estimate(ProxiedRequest request) => estimates.TryEstimate(request.Model, request.Tokens, request.IsForwardPass);

    double ToWattHours(long microjoules) => microjoules / 1e6 / 3600 * energies!.FacilityRatio;
}
