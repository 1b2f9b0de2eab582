namespace Tonne.Ledgers.PostgreSql.Exporting;

/// <summary>What is exported: whole months (UTC), of all accounts or of one.</summary>
public sealed record ExportQuery
{
    /// <summary>A day of the first month. Default: null, the month of the oldest run.</summary>
    public DateOnly? Since { get; init; }

    /// <summary>A day of the month after the last one. Default: null, to the newest run.</summary>
    public DateOnly? Until { get; init; }

    /// <summary>Only the runs that the scheduler charges to this account. Default: null, all.</summary>
    public string? Account { get; init; }
}
