using System.Text.Json;
using Tonne.Ledgers.RunFolders;
using Tonne.Recording;
using Tonne.Recording.Traces;
using Tonne.Runs;

namespace Tonne.Ledgers.Auditing;

/// <summary>Replaces secrets among the arguments of a closed run, in its record and in the opening of its trace. Figures are not changed.</summary>
static class RunScrubber
{
    /// <summary>Scrubs a run.</summary>
    /// <returns>Whether there was something to replace.</returns>
    /// <exception cref="LedgerDamagedException">Record or trace are damaged; nothing is changed.</exception>
    /// <exception cref="LedgerUnavailableException">A file cannot be written.</exception>
    internal static bool Scrub(RunFolder folder)
    {
        var record = folder.ReadRecord();
        var opening = Mask(record.Opening);
        var isTraceClean = !File.Exists(folder.TracePath) || folder.ReadOpening() is not { } traced || HasNoSecrets(traced);
        if (HasNoSecrets(record.Opening) && isTraceClean)
            return false;
        // The trace first: if this stops half-way, the record still shows that there is something to do.
        if (!isTraceClean)
            ReplaceOpening(folder);
        DurableFile.Replace(
            folder.RecordPath,
            ChecksummedLine.Write("record", JsonSerializer.SerializeToUtf8Bytes(record with { Opening = opening }, RunJson.Default.RunRecord)));
        return true;
    }

    static bool HasNoSecrets(RunOpening opening) => opening.Command.SequenceEqual(SecretMask.Mask(opening.Command), StringComparer.Ordinal) && SecretMask.MaskText(opening.Name) == opening.Name;

    static RunOpening Mask(RunOpening opening) => opening with { Command = SecretMask.Mask(opening.Command), Name = SecretMask.MaskText(opening.Name) };

    static void ReplaceOpening(RunFolder folder)
    {
        var part = folder.TracePath + DurableFile.TemporarySuffix;
        try
        {
            using (var from = folder.OpenTrace())
            using (var to = LedgerPermissions.Open(part, FileMode.Create, FileAccess.Write, FileShare.None))
            {
                var survey = TraceOverview.Scan(from);
                if (survey.Damage is not null)
                    throw new LedgerDamagedException(new LedgerProblem(folder.Id, folder.TracePath, "is damaged and was not changed", "`tonne ledger verify` shows where; remove the file if it must not keep the secret."));
                from.Position = 0;
                CopyBlocks(from, to, survey.Opening!.Meters.Length);
                to.Flush(flushToDisk: true);
            }

            File.Move(part, folder.TracePath, overwrite: true);
            DurableFile.SyncFolder(folder.Location);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or LedgerDamagedException)
        {
            DurableFile.TryDelete(part);
            if (error is LedgerDamagedException)
                throw;
            throw LedgerUnavailableException.FromException(folder.TracePath, error);
        }
    }

    static void CopyBlocks(Stream from, Stream to, int meters)
    {
        var reader = new TraceReader(from);
        var writer = new TraceWriter(to);
        var readings = new Recording.Metering.Reading[meters];
        while (reader.Read())
        {
            if (reader.Kind == TraceBlock.Sample)
                writer.AppendSample(reader.ReadSample(readings), readings);
            else if (reader.Kind == TraceBlock.Opening && JsonSerializer.Deserialize(reader.Payload.Span, RunJson.Default.RunOpening) is { } opening)
                writer.Append(TraceBlock.Opening, JsonSerializer.SerializeToUtf8Bytes(Mask(opening), RunJson.Default.RunOpening));
            else
                writer.Append(reader.Kind, reader.Payload.Span);
        }

        if (writer.Failure is { } failure)
            throw failure;
    }
}
