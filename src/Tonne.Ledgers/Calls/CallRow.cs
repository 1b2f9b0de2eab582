namespace Tonne.Ledgers.Calls;

/// <summary>The calls of one hour, model, provider, service and method, added up.</summary>
/// <param name="Key">What they have in common.</param>
/// <param name="Sum">Their sum.</param>
public sealed record CallRow(CallKey Key, CallSum Sum);
