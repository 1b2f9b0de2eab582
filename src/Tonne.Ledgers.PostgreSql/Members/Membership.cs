namespace Tonne.Ledgers.PostgreSql.Members;

/// <summary>That a person has a role in an account.</summary>
/// <param name="Person">Name of the person.</param>
/// <param name="Account">Account as the scheduler charges it, or <see cref="AllAccounts"/>.</param>
/// <param name="Role">The role; for <see cref="AllAccounts"/> only <see cref="MemberRole.Owner"/>.</param>
public sealed record Membership(string Person, string Account, MemberRole Role)
{
    /// <summary>Stands for all accounts: its owner is the owner of the fleet, who sees every run.</summary>
    public const string AllAccounts = "*";
}
