namespace Tonne.Ledgers.Totals;

/// <summary>What the runs of a total are grouped by.</summary>
public enum TotalDimension
{
    /// <summary>The project.</summary>
    Project,

    /// <summary>The account that the scheduler charges.</summary>
    Account,

    /// <summary>The user: the scheduler's, else that of the process.</summary>
    User,

    /// <summary>The month, UTC: <c>2026-11</c>. A run that crosses the end of a month is split by its quarter hours.</summary>
    Month,

    /// <summary>The year, UTC.</summary>
    Year,

    /// <summary>The model: the tag <c>model</c>.</summary>
    Model,

    /// <summary>All runs behind one model: the tag <c>campaign</c>, else the tag <c>model</c>. Failed, stopped and repeated runs count.</summary>
    Campaign,

    /// <summary>The node or machine.</summary>
    Machine,

    /// <summary>The grid zone.</summary>
    Zone,

    /// <summary>The name of the run.</summary>
    Name,

    /// <summary>How the runs ended.</summary>
    Status,

    /// <summary>Every tag with its value; a run with several tags is in several rows.</summary>
    Tag,

    /// <summary>The day, UTC, on which a run started: <c>2026-11-30</c>. Of a run that began in an earlier month, the first of the
    /// month.</summary>
    Day,
}
