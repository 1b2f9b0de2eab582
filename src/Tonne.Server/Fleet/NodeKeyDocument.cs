namespace Tonne.Server.Fleet;

/// <summary>A new key of a node, given once; the old one is valid until this one is used.</summary>
/// <param name="Key">The key.</param>
/// <param name="Name">Name of the node.</param>
sealed record NodeKeyDocument(string Key, string Name);
