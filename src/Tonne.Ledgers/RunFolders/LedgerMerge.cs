using System.Collections.Immutable;

namespace Tonne.Ledgers.RunFolders;

/// <summary>Merges two ledgers: the union of their run folders by id.</summary>
static class LedgerMerge
{
    internal static MergeOutcome Merge(LedgerHome from, LedgerHome to)
    {
        var (added, extended, same) = (ImmutableArray.CreateBuilder<string>(), ImmutableArray.CreateBuilder<string>(), ImmutableArray.CreateBuilder<string>());
        var (skipped, clashes) = (ImmutableArray.CreateBuilder<LedgerProblem>(), ImmutableArray.CreateBuilder<LedgerProblem>());
        if (!Directory.Exists(from.Runs))
            throw new LedgerUnavailableException(from.Runs, "there is no ledger", "Give the folder that contains `runs`.");
        CreateHome(to);
        foreach (var theirs in from.GetRunFolders())
        {
            var ours = to.GetRunFolder(theirs.Id);
            try
            {
                if (!theirs.IsClosed)
                {
                    skipped.Add(new(theirs.Id, theirs.Location, "is not closed", "Merge again when it has ended, or when `tonne list` on that ledger has closed it."));
                    continue;
                }

                _ = theirs.ReadRecord();
                if (!Directory.Exists(ours.Location))
                {
                    Copy(theirs, ours);
                    added.Add(theirs.Id);
                }
                else if (FindConflict(theirs, ours) is { } what)
                {
                    clashes.Add(new(theirs.Id, ours.Location, $"differs from {theirs.Location} in {what}", "Neither was changed: keep the right one, and move the other away."));
                }
                else
                {
                    (Extend(theirs, ours) ? extended : same).Add(theirs.Id);
                }
            }
            catch (LedgerDamagedException error)
            {
                skipped.Add(error.Problem);
            }
        }

        return new(added.ToImmutable(), extended.ToImmutable(), same.ToImmutable(), skipped.ToImmutable(), clashes.ToImmutable());
    }

    static void CreateHome(LedgerHome home)
    {
        try
        {
            home.Create();
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw LedgerUnavailableException.FromException(home.Root, error);
        }
    }

    static void Copy(RunFolder theirs, RunFolder ours)
    {
        var year = Path.GetDirectoryName(ours.Location)!;
        var fresh = Path.Combine(year, ".merge-" + ours.Id);
        try
        {
            if (Directory.Exists(fresh))
                Directory.Delete(fresh, recursive: true);
            LedgerPermissions.CreateFolder(fresh);
            foreach (var file in new[] { theirs.TracePath, theirs.OriginPath, theirs.ThinningNotePath, theirs.RemovalNotePath,
                theirs.StatementsPath, theirs.RecordPath }.Where(File.Exists))
            {
                using var source = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
                using var copy = LedgerPermissions.Open(Path.Combine(fresh, Path.GetFileName(file)), FileMode.CreateNew, FileAccess.Write, FileShare.None);
                source.CopyTo(copy);
                copy.Flush(flushToDisk: true);
            }

            DurableFile.SyncFolder(fresh);
            Directory.Move(fresh, ours.Location);
            DurableFile.SyncFolder(year);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw LedgerUnavailableException.FromException(ours.Location, error);
        }
    }

    /// <summary>How two folders of one id differ; null if one can replace the other.</summary>
    static string? FindConflict(RunFolder theirs, RunFolder ours)
    {
        if (!ours.IsClosed)
            return "that it is not closed here";
        if (!HaveSameContent(theirs.RecordPath, ours.RecordPath))
            return "the record";
        var thinned = File.Exists(theirs.ThinningNotePath) || File.Exists(ours.ThinningNotePath);
        if (!thinned && File.Exists(theirs.TracePath) && File.Exists(ours.TracePath) && !HaveSameContent(theirs.TracePath, ours.TracePath))
            return "the trace";
        return null;
    }

    /// <summary>Appends the statements that only the other ledger has, in their order.</summary>
    static bool Extend(RunFolder theirs, RunFolder ours)
    {
        var known = ours.ReadStatements().Statements.Select(statement => Convert.ToBase64String(StatementJson.ToBytes(statement))).ToHashSet(StringComparer.Ordinal);
        var fresh = theirs.ReadStatements().Statements.Where(statement => !known.Contains(Convert.ToBase64String(StatementJson.ToBytes(statement)))).ToList();
        foreach (var statement in fresh)
            ours.Append(statement);
        return fresh.Count > 0;
    }

    static bool HaveSameContent(string a, string b)
    {
        try
        {
            if (new FileInfo(a).Length != new FileInfo(b).Length)
                return false;
            using var one = new FileStream(a, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            using var other = new FileStream(b, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            Span<byte> left = stackalloc byte[8192], right = stackalloc byte[8192];
            while (true)
            {
                var read = one.ReadAtLeast(left, left.Length, throwOnEndOfStream: false);
                if (other.ReadAtLeast(right[..read], read, throwOnEndOfStream: false) != read || !left[..read].SequenceEqual(right[..read]))
                    return false;
                if (read < left.Length)
                    return true;
            }
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw LedgerUnavailableException.FromException(a, error);
        }
    }
}
