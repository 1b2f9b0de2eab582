namespace Tonne.Server.Fleet;

/// <summary>Who asks, and what they are a member of, schema <c>tonne.person/1</c>.</summary>
/// <param name="Schema">Schema.</param>
/// <param name="Name">Name of the person; null for the holder of the server's token.</param>
/// <param name="KnownBy">token, issuer or proxy.</param>
/// <param name="OwnsFleet">Whether they see all runs, and nodes and codes.</param>
/// <param name="CanSignOut">Whether the server has a session to end.</param>
/// <param name="Memberships">Their accounts and roles.</param>
sealed record PersonDocument(
    string Schema, string? Name, string KnownBy, bool OwnsFleet, bool CanSignOut, IReadOnlyList<PersonDocument.MembershipPart> Memberships)
{
    /// <summary>A role in an account: owner, member or viewer.</summary>
    public sealed record MembershipPart(string Account, string Role);
}
