namespace Tonne.Ledgers.Indexing;

/// <summary>A run as the index has it.</summary>
/// <param name="Stamp">Times and sizes of the files it was made from.</param>
/// <param name="Summary">What it says.</param>
readonly record struct IndexedRun(string Stamp, RunSummary Summary);
