namespace Tonne.Ledgers.Calls;

/// <summary>How far an import has read a file.</summary>
/// <param name="Bytes">Bytes up to the end of the last complete line that was read.</param>
/// <param name="Lines">Lines in these bytes.</param>
/// <param name="Changed">Time of the last change of the file, UTC.</param>
public readonly record struct ReadFile(long Bytes, long Lines, DateTimeOffset Changed);
