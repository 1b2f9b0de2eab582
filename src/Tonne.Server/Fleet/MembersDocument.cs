namespace Tonne.Server.Fleet;

/// <summary>Who has which role in which account, schema <c>tonne.members/1</c>.</summary>
/// <param name="Schema">Schema.</param>
/// <param name="Members">By person and account.</param>
sealed record MembersDocument(string Schema, IReadOnlyList<MembersDocument.MemberPart> Members)
{
    /// <summary>A role of a person in an account; account <c>*</c> is the whole fleet.</summary>
    public sealed record MemberPart(string Person, string Account, string Role);
}
