namespace Tonne.Services.Logs;

/// <summary>How far a log file was read, so that another process can go on from there.</summary>
/// <param name="Offset">Bytes that were read, up to the end of a line.</param>
/// <param name="Head">The first bytes of the file, at most 1,024, by which it is recognised.</param>
public sealed record LogPosition(long Offset, ReadOnlyMemory<byte> Head);
