namespace Tonne.Ledgers.PostgreSql.Recounting;

/// <summary>Which runs are recounted, and how fast. Default: all, as fast as it goes.</summary>
public sealed record RecountQuery
{
    /// <summary>First day of the month from which on runs are taken, by the start in their id (UTC); null for all.</summary>
    public DateOnly? Since { get; init; }

    /// <summary>Account that the scheduler charges; null for all.</summary>
    public string? Account { get; init; }

    /// <summary>Runs a second at most; null for no limit.</summary>
    public double? Rate { get; init; }
}
