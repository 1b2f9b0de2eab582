using System.Text.Json;
using Tonne.Ledgers.RunFolders;

namespace Tonne.Ledgers.Auditing;

/// <summary>A note in place of a trace that was removed: the record stays, and can no longer be checked against readings.</summary>
sealed record RemovalNote
{
    const string Name = "removed";

    /// <summary>When it was removed, UTC.</summary>
    public required DateTimeOffset RemovedAt { get; init; }

    /// <summary>Bytes of the trace.</summary>
    public required long Bytes { get; init; }

    /// <summary>Why, a word: <c>disk-bound</c>.</summary>
    public required string Reason { get; init; }

    /// <summary>Removes the trace of a run that has ended; the note is on the disk before.</summary>
    /// <returns>Bytes freed.</returns>
    /// <exception cref="LedgerUnavailableException">The note cannot be written, or the trace not removed.</exception>
    internal static long Remove(RunFolder folder, string reason, DateTimeOffset now)
    {
        var trace = new FileInfo(folder.TracePath);
        if (!trace.Exists)
            return 0;
        var bytes = trace.Length;
        CheckedFile.Replace(folder.RemovalNotePath, Name,
            JsonSerializer.SerializeToUtf8Bytes(
                new RemovalNote { RemovedAt = now, Bytes = bytes, Reason = reason }, ThinningJson.Default.RemovalNote));
        try
        {
            trace.Delete();
            File.Delete(folder.ThinningNotePath);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw LedgerUnavailableException.FromException(folder.TracePath, error);
        }

        return bytes;
    }

    /// <summary>Whether there is a note, and what is wrong with it; null if nothing is.</summary>
    internal static (bool Exists, string? Problem) Check(RunFolder folder)
    {
        if (!File.Exists(folder.RemovalNotePath))
            return (false, null);
        try
        {
            return (true, ChecksummedLine.Read(Name, File.ReadAllBytes(folder.RemovalNotePath), out _));
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return (true, error.Message.TrimEnd('.'));
        }
    }
}
