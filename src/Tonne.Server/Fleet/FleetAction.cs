namespace Tonne.Server.Fleet;

/// <summary>What a command of <c>tonne fleet</c> does.</summary>
enum FleetAction
{
    /// <summary>Brings the database up to date, and makes the first code.</summary>
    Init,

    /// <summary>Makes a code.</summary>
    CreateCode,

    /// <summary>Shows the nodes.</summary>
    ShowStatus,

    /// <summary>Makes the keys of a node useless.</summary>
    Revoke,

    /// <summary>Compares the versions of the nodes with that of the server.</summary>
    CheckUpgrade,

    /// <summary>Writes the runs as folders of a ledger.</summary>
    Export,

    /// <summary>Writes the runs as Parquet files.</summary>
    ExportParquet,

    /// <summary>Writes energy by the hour as CSV.</summary>
    ExportHourly,

    /// <summary>Accounts runs again with the factors of this version.</summary>
    Recount,

    /// <summary>Finds what a recount would change.</summary>
    TryRecount,

    /// <summary>Shows the last recount.</summary>
    ShowRecount,

    /// <summary>Checks the lines against what was signed of them.</summary>
    Verify,

    /// <summary>Makes a new key for receipts.</summary>
    RotateKey,

    /// <summary>Sets a budget.</summary>
    SetBudget,

    /// <summary>Shows the budgets and what is used of them.</summary>
    ShowBudgets,

    /// <summary>Checks whether budgets are exceeded.</summary>
    CheckBudgets,

    /// <summary>Removes the budgets of a scope.</summary>
    RemoveBudgets,

    /// <summary>Lists the accounts and users above their budget, and writes them for Slurm.</summary>
    WriteQuotas,

    /// <summary>Gives a person a role in an account.</summary>
    Grant,

    /// <summary>Ends memberships of a person.</summary>
    Ungrant,

    /// <summary>Shows who has which role in which account.</summary>
    ShowMembers,

    /// <summary>Shows lines of the audit log.</summary>
    ShowAudit,
}
