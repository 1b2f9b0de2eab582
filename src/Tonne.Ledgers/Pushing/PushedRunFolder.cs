using Tonne.Ledgers.RunFolders;

namespace Tonne.Ledgers.Pushing;

/// <summary>
/// Writes pushed lines back into run folders, so that <c>tonne ledger verify</c> checks them and every command reads them.
/// </summary>
public static class PushedRunFolder
{
    /// <summary>
    /// Writes the folder of a run: its record and its statements, and a note that there is no trace. All of it is on the disk when this
    /// returns.
    /// </summary>
    /// <param name="home">The ledger that it is written to; made if it is not there.</param>
    /// <param name="lines">Lines of one run in the order of their sequence, the first one its record, those of recounts last.</param>
    /// <returns>False if the folder has these lines already.</returns>
    /// <exception cref="ArgumentException">The lines are not of one run in order, or there is no statement.</exception>
    /// <exception cref="LedgerUnavailableException">It cannot be written, or the folder has other lines.</exception>
    public static bool Write(LedgerHome home, IReadOnlyList<PushedLine> lines)
    {
        ArgumentNullException.ThrowIfNull(home);
        ArgumentNullException.ThrowIfNull(lines);
        if (lines.Count < 2 || lines[0] is not { Sequence: 0, IsRecount: false }
            || lines.Index().Any(pair => pair.Item.Run != lines[0].Run
            || (pair.Index > 0 && !IsBefore(lines[pair.Index - 1], pair.Item))))
            throw new ArgumentException("These are not a record and its statements in order.", nameof(lines));
        var folder = home.GetRunFolder(lines[0].Run);
        var (record, statements) = (Join(lines.Take(1)), Join(lines.Skip(1)));
        var year = Path.GetDirectoryName(folder.Location)!;
        var fresh = Path.Combine(year, ".export-" + folder.Id);
        try
        {
            if (Directory.Exists(folder.Location))
                return Extend(folder, record, statements);
            home.Create();
            if (Directory.Exists(fresh))
                Directory.Delete(fresh, recursive: true);
            LedgerPermissions.CreateFolder(fresh);
            DurableFile.Replace(Path.Combine(fresh, Path.GetFileName(folder.ExportNotePath)),
                ChecksummedLine.Write("exported", "{\"without\":\"trace\"}"u8));
            DurableFile.Replace(Path.Combine(fresh, Path.GetFileName(folder.StatementsPath)), statements);
            DurableFile.Replace(Path.Combine(fresh, Path.GetFileName(folder.RecordPath)), record);
            Directory.Move(fresh, folder.Location);
            DurableFile.SyncFolder(year);
            return true;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw LedgerUnavailableException.FromException(folder.Location, error);
        }
    }

    static bool IsBefore(PushedLine a, PushedLine b) => (a.IsRecount, a.Sequence).CompareTo((b.IsRecount, b.Sequence)) < 0;

    /// <summary>Adds the statements that were pushed since the folder was written, or that a recount has added.</summary>
    static bool Extend(RunFolder folder, byte[] record, byte[] statements)
    {
        var known = File.Exists(folder.StatementsPath) ? File.ReadAllBytes(folder.StatementsPath) : [];
        // A statement of the node that comes after one of a recount is appended: what is in the file stays where it is.
        if (!statements.AsSpan().StartsWith(known) && ListLines(known) is var before && ListLines(statements) is var all
            && before.TrueForAll(all.Remove))
            statements = [.. known, .. all.SelectMany(line => Convert.FromBase64String(line))];
        if (!folder.IsClosed || !File.ReadAllBytes(folder.RecordPath).AsSpan().SequenceEqual(record)
            || !statements.AsSpan().StartsWith(known))
            throw new LedgerUnavailableException(folder.Location, "there is another run of this id",
                "Write to an empty folder, and merge: `tonne ledger merge`.");
        if (known.Length == statements.Length)
            return false;
        DurableFile.Replace(folder.StatementsPath, statements);
        return true;
    }

    static List<string> ListLines(byte[] file)
    {
        var lines = new List<string>();
        ReadOnlySpan<byte> rest = file;
        while (!rest.IsEmpty)
        {
            var end = rest.IndexOf((byte)'\n') is >= 0 and var at ? at + 1 : rest.Length;
            lines.Add(Convert.ToBase64String(rest[..end]));
            rest = rest[end..];
        }

        return lines;
    }

    static byte[] Join(IEnumerable<PushedLine> lines)
    {
        using var joined = new MemoryStream();
        foreach (var line in lines)
        {
            joined.Write(line.Line.Span);
            joined.WriteByte((byte)'\n');
        }

        return joined.ToArray();
    }
}
