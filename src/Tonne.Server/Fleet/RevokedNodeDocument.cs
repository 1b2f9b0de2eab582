namespace Tonne.Server.Fleet;

/// <summary>A node whose keys have become useless.</summary>
/// <param name="Name">Its name.</param>
/// <param name="State">Always <c>revoked</c>.</param>
sealed record RevokedNodeDocument(string Name, string State);
