namespace Tonne.Ledgers.PostgreSql.Exporting;

/// <summary>What an export has written.</summary>
/// <param name="Runs">Number of runs.</param>
/// <param name="Counted">Number of those that totals count.</param>
/// <param name="Files">Number of files.</param>
public readonly record struct ParquetExportCount(long Runs, long Counted, int Files);
