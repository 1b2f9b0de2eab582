namespace Tonne.Server.Fleet;

/// <summary>The key of a node, given once.</summary>
/// <param name="Key">The key.</param>
/// <param name="Name">Name of the node.</param>
/// <param name="ServerTime">Time of the server, UTC, with which a node compares its own.</param>
sealed record EnrolmentDocument(string Key, string Name, DateTimeOffset ServerTime);
