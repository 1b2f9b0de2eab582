using System.Text.Json;
using Tonne.Ledgers.Indexing;
using Tonne.Ledgers.RunFolders;
using Tonne.Ledgers.Totals;

namespace Tonne.Ledgers.Pushing;

/// <summary>A run as a store keeps it that is not made of folders: the bytes of which lists and totals are made, as the index of a ledger
/// has them.</summary>
/// <remarks>The bytes are of one <see cref="Format"/>; a store that has others makes them again from the run's lines.</remarks>
public static class StoredRun
{
    /// <summary>Number of the format of the bytes. It changes whenever a version of tonne writes others.</summary>
    public static int Format => RunIndex.Version;

    /// <summary>Writes the summary of a run: a line of JSON with its checksum.</summary>
    /// <param name="run">The summary.</param>
    public static byte[] WriteSummary(RunSummary run)
    {
        ArgumentNullException.ThrowIfNull(run);
        return ChecksummedLine.Write("run", JsonSerializer.SerializeToUtf8Bytes(run, SummaryJson.Default.RunSummary));
    }

    /// <summary>Reads a summary.</summary>
    /// <param name="bytes">What <see cref="WriteSummary"/> has written.</param>
    /// <returns>Null if the bytes were changed.</returns>
    public static RunSummary? ReadSummary(ReadOnlyMemory<byte> bytes)
    {
        if (ChecksummedLine.Read("run", bytes, out var json) is not null)
            return null;
        try
        {
            return JsonSerializer.Deserialize(json.Span, SummaryJson.Default.RunSummary);
        }
        catch (Exception error) when (error is JsonException or ArgumentException)
        {
            return null;
        }
    }

    /// <summary>Writes what totals need of a run; <see cref="StoredRunTotal"/> reads it.</summary>
    /// <param name="run">The summary.</param>
    public static byte[] WriteCounted(RunSummary run)
    {
        ArgumentNullException.ThrowIfNull(run);
        return CountedRunCodec.Write(CountedRun.From(run));
    }

    /// <summary>The end of a run as totals count it: its start and its duration, UTC.</summary>
    /// <param name="run">The summary.</param>
    public static DateTimeOffset GetEnd(RunSummary run)
    {
        ArgumentNullException.ThrowIfNull(run);
        return CountedRun.From(run).End;
    }

    /// <summary>For a run that was imported from a file that tonne had exported: the id of the run in that ledger. Null for any
    /// other.</summary>
    /// <param name="run">The summary.</param>
    public static string? FindExportedRun(RunSummary run)
    {
        ArgumentNullException.ThrowIfNull(run);
        return CountedRun.From(run).ForeignId;
    }
}
