using Tonne.Ledgers.Calls;

namespace Tonne.Server.Proxying;

/// <summary>Sums over all requests that have passed.</summary>
/// <param name="Count">Requests that have ended.</param>
/// <param name="Failed">Of these, failed ones.</param>
/// <param name="Running">Requests that run.</param>
/// <param name="Modelled">Requests whose tokens are counted parts.</param>
/// <param name="Unknown">Requests whose tokens are not known.</param>
/// <param name="Tokens">Tokens.</param>
sealed record RequestSums(long Count, long Failed, int Running, long Modelled, long Unknown, CallTokens Tokens);
