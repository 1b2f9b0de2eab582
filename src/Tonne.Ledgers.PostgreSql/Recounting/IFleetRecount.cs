namespace Tonne.Ledgers.PostgreSql.Recounting;

/// <summary>Accounts the runs of a fleet again, as a job that may be stopped; see <see cref="PostgresRecount"/>.</summary>
public interface IFleetRecount
{
    /// <summary>Goes on with the job of the same runs and factors that was stopped, or begins one; one of others is given up.</summary>
    /// <param name="query">Which runs.</param>
    /// <param name="by">Who does it, for the audit log.</param>
    /// <param name="report">Called after each batch. Default: null, nothing.</param>
    /// <param name="cancellationToken">Stops it; batches that are done stay, and the next call goes on after them.</param>
    /// <returns>The job when it has ended; null if another process works at one.</returns>
    /// <exception cref="LedgerUnavailableException">The database cannot be used; what was done stays.</exception>
    Task<RecountProgress?> RunAsync(
        RecountQuery query, string by, Action<RecountProgress>? report = null, CancellationToken cancellationToken = default);

    /// <summary>Finds what a recount would change, and writes nothing.</summary>
    /// <param name="query">Which runs.</param>
    /// <param name="report">Called after each batch. Default: null, nothing.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="LedgerUnavailableException">The database cannot be used.</exception>
    Task<RecountProgress> TryAsync(
        RecountQuery query, Action<RecountProgress>? report = null, CancellationToken cancellationToken = default);

    /// <summary>The last job; null if there was none.</summary>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="LedgerUnavailableException">The database cannot be used.</exception>
    Task<RecountProgress?> FindLastAsync(CancellationToken cancellationToken = default);
}
