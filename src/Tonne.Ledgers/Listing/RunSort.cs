namespace Tonne.Ledgers.Listing;

/// <summary>What a list of runs is sorted by.</summary>
public enum RunSort
{
    /// <summary>The start.</summary>
    Started,

    /// <summary>The name.</summary>
    Name,

    /// <summary>The project.</summary>
    Project,

    /// <summary>The user.</summary>
    User,

    /// <summary>The name of the machine.</summary>
    Machine,

    /// <summary>The status, in the order of <see cref="Runs.RunStatus"/>.</summary>
    Status,

    /// <summary>The duration.</summary>
    Duration,

    /// <summary>Facility energy, best value.</summary>
    Energy,

    /// <summary>All emissions, best value.</summary>
    Emissions,
}
