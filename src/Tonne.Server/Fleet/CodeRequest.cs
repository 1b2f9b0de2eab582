namespace Tonne.Server.Fleet;

/// <summary>A code that is asked for.</summary>
/// <param name="Name">Name that the node must give; null for any.</param>
/// <param name="ValidS">How long it can be used, s, 60 to 2,592,000 (30 days). Default: null, 3600.</param>
sealed record CodeRequest(string? Name = null, double? ValidS = null);
