using System.Runtime.InteropServices;
using System.Text.Json;
using Tonne.Ledgers.RunFolders;
using Tonne.Recording.Attribution;
using Tonne.Recording.Metering;
using Tonne.Recording.Traces;
using Tonne.Runs;

namespace Tonne.Ledgers.Auditing;

/// <summary>
/// Removes samples from the trace of a closed run, and keeps those at which something changes. The rule is <c>edges/1</c> of
/// docs/formats/ledger.md.
/// </summary>
/// <remarks>
/// Kept are the first and last sample, and the samples on both sides of: every mark, every quarter hour (UTC), the end, every begin and end
/// of a gap, every wrap, reset or step back of a counter. Enough others are kept that no wrapping counter has an interval in which it could
/// wrap twice. Marks, reasons, opening and ending are not changed.
/// </remarks>
static class TraceThinner
{
    internal const string Rule = "edges/1";

    static readonly TimeSpan Quarter = TimeSpan.FromMinutes(15);

    /// <summary>Thins a trace, if it is undamaged and gives its record.</summary>
    internal static ThinnedRun Thin(RunFolder folder, DateTimeOffset now)
    {
        var before = new FileInfo(folder.TracePath).Length;
        TraceOverview survey;
        using (var stream = folder.OpenTrace())
            survey = TraceOverview.Scan(stream);
        if (survey.Opening is not { } opening || survey.Damage is not null)
            return Left("is damaged", "`tonne ledger verify` shows where; a damaged trace is never thinned.");
        var record = folder.ReadRecord();
        var (whole, wrong) = RunAudit.Fold(folder);
        if (whole is null || RecordComparison.FindDifferences(record, whole).Count > 0)
            return Left(wrong ?? "gives another record than the stored one", "`tonne ledger verify` shows where; a trace that differs from its record is never thinned.");

        var keep = SelectSamples(folder, opening, survey);
        var part = folder.TracePath + DurableFile.TemporarySuffix;
        try
        {
            Copy(folder, opening, keep, part);
            var thinned = RecordBuilder.Build(() => File.OpenRead(part));
            var after = new FileInfo(part).Length;
            var note = new ThinningNote
            {
                Rule = Rule,
                ThinnedAt = now,
                SamplesBefore = survey.Samples,
                SamplesAfter = thinned.Samples,
                BytesBefore = before,
                LargestDeviation = RecordComparison.ComputeLargestDeviation(record, thinned),
                Folded = ThinningNote.CollectEnergies(thinned),
            };
            DurableFile.Replace(folder.ThinningNotePath, note.ToChecksummedLine());
            File.Move(part, folder.TracePath, overwrite: true);
            DurableFile.SyncFolder(folder.Location);
            return new(folder.Id, survey.Samples, thinned.Samples, before, after, note.LargestDeviation, null);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            DurableFile.TryDelete(part);
            throw LedgerUnavailableException.FromException(folder.TracePath, error);
        }

        ThinnedRun Left(string what, string remedy) => new(folder.Id, survey.Samples, survey.Samples, before, before, 0, new(folder.Id, folder.TracePath, what, remedy));
    }

    /// <summary>Chooses the samples to keep, by their order.</summary>
    static bool[] SelectSamples(RunFolder folder, RunOpening opening, TraceOverview survey)
    {
        var keep = new bool[survey.Samples];
        var at = new long[survey.Samples];
        var edges = new List<long>();
        var tracks = opening.Meters.Select(meter => meter.Kind == MeterKind.EnergyCounter ? new CounterTracker(meter) : null).ToArray();
        var (last, readings) = (new Reading[opening.Meters.Length], new Reading[opening.Meters.Length]);
        using (var stream = folder.OpenTrace())
        {
            var reader = new TraceReader(stream);
            for (var i = 0; reader.Read();)
            {
                if (reader.Kind == TraceBlock.Mark && JsonSerializer.Deserialize(reader.Payload.Span, RunJson.Default.Mark) is { } mark)
                    edges.Add(mark.Timestamp);
                if (reader.Kind == TraceBlock.Rank && JsonSerializer.Deserialize(reader.Payload.Span, RunJson.Default.RankEvent) is { } change)
                    edges.Add(change.Timestamp);
                if (reader.Kind != TraceBlock.Sample)
                    continue;
                at[i] = reader.ReadSample(readings);
                if (HasEdge(opening, tracks, last, readings, at[i], first: i == 0))
                {
                    keep[i] = true;
                    keep[Math.Max(0, i - 1)] = true;
                }

                (last, readings) = (readings, last);
                i++;
            }
        }

        if (keep.Length == 0)
            return keep;
        keep[0] = keep[^1] = true;
        if (survey.Ending is { } ending)
            edges.Add(ending.Timestamp);
        for (var quarter = NextQuarter(opening.StartedAt); (quarter - opening.StartedAt).Ticks * 100 <= at[^1]; quarter += Quarter)
            edges.Add((quarter - opening.StartedAt).Ticks * 100);
        edges.Sort();
        KeepAround(edges, at, keep);
        KeepReadable(opening, at, keep);
        return keep;
    }

    static DateTimeOffset NextQuarter(DateTimeOffset start) => new(start.UtcTicks - (start.UtcTicks % Quarter.Ticks) + Quarter.Ticks, TimeSpan.Zero);

    /// <summary>Whether something begins, ends or jumps between two samples.</summary>
    static bool HasEdge(RunOpening opening, CounterTracker?[] tracks, Reading[] last, Reading[] now, long at, bool first)
    {
        var changes = false;
        for (var i = 0; i < now.Length; i++)
        {
            changes |= !first && now[i].Reason != last[i].Reason;
            if (now[i].IsGap)
                continue;
            if (tracks[i]?.AddValue(now[i].Value, at).Outcome is { } outcome)
                changes |= outcome is not CounterOutcome.Counted;
            else if (opening.Meters[i].Kind == MeterKind.CpuTime && !first && !last[i].IsGap)
                changes |= now[i].Value < last[i].Value;
        }

        return changes;
    }

    static void KeepAround(List<long> edges, long[] at, bool[] keep)
    {
        var i = 0;
        foreach (var edge in edges)
        {
            while (i + 1 < at.Length && at[i + 1] <= edge)
                i++;
            keep[i] = true;
            if (at[i] != edge && i + 1 < at.Length)
                keep[i + 1] = true;
        }
    }

    /// <summary>After a time in which a wrapping counter could wrap more than once, its difference has no meaning.</summary>
    static void KeepReadable(RunOpening opening, long[] at, bool[] keep)
    {
        var longest = opening.Meters.Where(meter => meter.Kind == MeterKind.EnergyCounter && meter.Range is not null)
            .Select(meter => (double)meter.Range! * 1e3 / meter.CeilingWatts).DefaultIfEmpty(double.PositiveInfinity).Min();
        var kept = 0;
        for (var i = 1; i < at.Length; i++)
        {
            if (!keep[i] && i + 1 < at.Length && at[i + 1] - at[kept] >= longest)
                keep[i] = true;
            if (keep[i])
                kept = i;
        }
    }

    static void Copy(RunFolder folder, RunOpening opening, bool[] keep, string to)
    {
        using var from = folder.OpenTrace();
        using var file = LedgerPermissions.Open(to, FileMode.Create, FileAccess.Write, FileShare.None);
        var reader = new TraceReader(from);
        var writer = new TraceWriter(file);
        var readings = new Reading[opening.Meters.Length];
        var ranks = new List<long>();
        var i = 0;
        while (reader.Read())
        {
            if (reader.Kind == TraceBlock.RankValues)
            {
                // They belong to the sample that follows, and are kept or removed with it.
                reader.ReadRankValues(ranks);
            }
            else if (reader.Kind != TraceBlock.Sample)
            {
                writer.Append(reader.Kind, reader.Payload.Span);
            }
            else if (keep[i++])
            {
                writer.AppendSample(reader.ReadSample(readings), readings, CollectionsMarshal.AsSpan(ranks));
            }
        }

        if (writer.Failure is { } failure)
            throw failure;
        file.Flush(flushToDisk: true);
    }
}
