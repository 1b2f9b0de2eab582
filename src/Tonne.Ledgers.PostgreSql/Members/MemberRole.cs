namespace Tonne.Ledgers.PostgreSql.Members;

/// <summary>What a person may do with an account. Each of them sees its runs.</summary>
public enum MemberRole
{
    /// <summary>Sees the runs.</summary>
    Viewer,

    /// <summary>Runs jobs that the account is charged for.</summary>
    Member,

    /// <summary>Answers for the account; of account <see cref="Membership.AllAccounts"/>, for the fleet.</summary>
    Owner,
}
