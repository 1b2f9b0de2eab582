namespace Tonne.Server.Proxying;

/// <summary>All requests at <c>/tonne/requests</c>.</summary>
/// <param name="Service">Name of the service.</param>
/// <param name="Upstream">The server behind.</param>
/// <param name="Requests">Requests that have ended, since the proxy began.</param>
/// <param name="Failed">Of these, failed ones.</param>
/// <param name="Running">Requests that run.</param>
/// <param name="TokensModelled">Requests whose tokens are counted parts of a stream.</param>
/// <param name="TokensUnknown">Requests whose tokens are not known.</param>
/// <param name="Tokens">Sums of the tokens.</param>
/// <param name="EnergyWhPerRequest">Percentiles.</param>
/// <param name="Divided">Measured energy; null where nothing is measured.</param>
/// <param name="Note">What is not measured, in words; null if all is.</param>
sealed record RequestsDocument(
    string Service, string Upstream, long Requests, long Failed, int Running, long TokensModelled, long TokensUnknown,
    TokensDocument Tokens, PercentileDocument EnergyWhPerRequest, DividedDocument? Divided, string? Note);
