namespace Tonne.Server.Fleet;

/// <summary>A code with which one node enrols, once.</summary>
/// <param name="Code">The code.</param>
/// <param name="Name">Name that the node must give; null for any.</param>
/// <param name="ExpiresAt">When it ends, UTC.</param>
sealed record CodeDocument(string Code, string? Name, DateTimeOffset ExpiresAt);
