namespace Tonne.Ledgers.Indexing;

/// <summary>A run as stored in the index.</summary>
/// <param name="Stamp">Times and sizes of the files that it was read from.</param>
/// <param name="Summary">Its summary.</param>
readonly record struct IndexedRun(string Stamp, RunSummary Summary);
