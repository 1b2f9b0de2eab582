namespace Tonne.Ledgers.Months;

/// <summary>What the runs of a month are grouped by in its report.</summary>
public enum MonthGroup
{
    /// <summary>Account of the scheduler.</summary>
    Account,

    /// <summary>User.</summary>
    User,

    /// <summary>Project.</summary>
    Project,

    /// <summary>Partition or queue of the scheduler.</summary>
    Partition,

    /// <summary>Model: the tag <c>model</c>.</summary>
    Model,

    /// <summary>Grid zone. Time of nodes outside jobs is in it.</summary>
    Zone,
}
