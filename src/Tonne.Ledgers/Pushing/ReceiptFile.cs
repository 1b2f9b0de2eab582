using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using Tonne.Ledgers.RunFolders;

namespace Tonne.Ledgers.Pushing;

/// <summary>The receipts that a node has of a server: <c>push/SERVER.receipts.jsonl</c>, a line with a checksum for each push.</summary>
public static class ReceiptFile
{
    const string LineName = "receipt";
    const string Pattern = "*.receipts.jsonl";
    const int MostNamed = 20;

    /// <summary>Keeps a receipt.</summary>
    /// <param name="home">The ledger.</param>
    /// <param name="server">Address of the server.</param>
    /// <param name="sent">The lines of the push.</param>
    /// <param name="receipt">The receipt.</param>
    /// <exception cref="LedgerUnavailableException">It cannot be written.</exception>
    internal static void Keep(LedgerHome home, string server, IReadOnlyList<PushedLine> sent, PushReceipt receipt)
    {
        if (receipt.Position == receipt.PreviousPosition)
            return;
        var ordered = sent.OrderBy(line => line.Run, StringComparer.Ordinal).ThenBy(line => line.Sequence).ToList();
        var appended = receipt.Appended?.ToHashSet(StringComparer.Ordinal);
        var lines = ordered.Where(line => appended is null || appended.Contains(FormatKey(line.Run, line.Sequence)))
            .Select(line => new KeptReceipt.SignedLine(line.Run, line.Sequence, Convert.ToHexStringLower(SHA256.HashData(line.Line.Span))));
        var kept = new KeptReceipt(receipt with { Appended = null }, [.. lines]);
        var path = GetPath(home, server);
        CheckedFile.CreateFolder(path);
        DurableFile.Append(path, ChecksummedLine.Write(LineName, JsonSerializer.SerializeToUtf8Bytes(kept, ReceiptJson.Default.KeptReceipt)));
    }

    /// <summary>How a line is named in <see cref="PushReceipt.Appended"/>.</summary>
    /// <param name="run">Id of the run.</param>
    /// <param name="sequence">Its sequence.</param>
    public static string FormatKey(string run, int sequence) => string.Create(CultureInfo.InvariantCulture, $"{run}/{sequence}");

    /// <summary>Reads the receipts of a file, without their lines; damaged ones are left out.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="LedgerUnavailableException">It cannot be read.</exception>
    public static IReadOnlyList<PushReceipt> Read(string path) =>
        [.. CheckedFile.ReadLines(path, LineName).Select(Parse).OfType<KeptReceipt>().Select(kept => kept.Receipt)];

    /// <summary>Checks all receipts of a ledger, and the lines that they are for.</summary>
    /// <param name="home">The ledger.</param>
    /// <exception cref="LedgerUnavailableException">A file cannot be read.</exception>
    public static IEnumerable<LedgerProblem> Check(LedgerHome home)
    {
        ArgumentNullException.ThrowIfNull(home);
        var folder = Path.Combine(home.Root, "push");
        return !Directory.Exists(folder) ? []
            : Directory.GetFiles(folder, Pattern).Order(StringComparer.Ordinal).SelectMany(path => CheckFile(home, path));
    }

    static string GetPath(LedgerHome home, string server) =>
        Path.ChangeExtension(PushState.GetPath(home, server), ".receipts.jsonl");

    static KeptReceipt? Parse(ReadOnlyMemory<byte>? json)
    {
        try
        {
            return json is { } bytes ? JsonSerializer.Deserialize(bytes.Span, ReceiptJson.Default.KeptReceipt) : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    static List<LedgerProblem> CheckFile(LedgerHome home, string path)
    {
        var problems = new List<LedgerProblem>();
        var keys = new Dictionary<string, string>(StringComparer.Ordinal);
        var known = new Dictionary<string, string>(StringComparer.Ordinal);
        var (number, last) = (0, (PushReceipt?)null);
        foreach (var json in CheckedFile.ReadLines(path, LineName))
        {
            number++;
            if (Parse(json) is not { } kept)
            {
                Add(null, "is damaged", "The other receipts are valid. Restore the file from a backup, or remove the line.");
                continue;
            }

            var receipt = kept.Receipt;
            if (receipt.FindProblem() is { } wrong)
                Add(null, wrong, "Restore the file from a backup; `tonne fleet verify` at the server has all receipts.");
            else if (keys.Count > 0 && !keys.ContainsKey(receipt.Key) && !IsEndorsed(receipt, keys))
                Add(null, $"is signed by key {receipt.Key}, which no key before has signed",
                    "Ask the operator of the server whether this is their new key: `tonne fleet status` there shows its id.");
            keys.TryAdd(receipt.Key, receipt.PublicKey);
            if (last is not null && receipt.PreviousPosition < last.Position)
                Add(null, string.Create(CultureInfo.InvariantCulture,
                    $"begins at line {receipt.PreviousPosition} of the server's chain, which had {last.Position} lines on {last.SignedAt:yyyy-MM-dd}"),
                    "The server has lost lines, or another database: `tonne ledger push --all` sends everything again.");
            else if (last is not null && receipt.PreviousPosition == last.Position && receipt.PreviousHead != last.Head)
                Add(null, "does not continue the head of the receipt before", "Lines of this node were changed at the server: `tonne fleet verify` there names them.");
            if (ComputeHead(kept) != receipt.Head)
                Add(null, "has another head than its lines give", "The file was changed, or the server has signed other lines than were sent.");
            last = receipt;
            foreach (var line in kept.Lines)
                known[FormatKey(line.Run, line.Sequence)] = line.Sha256;
        }

        problems.AddRange(CompareLines(home, known));
        return problems;

        void Add(string? run, string what, string remedy) => problems.Add(
            new(run, path, string.Create(CultureInfo.InvariantCulture, $"receipt {number} {what}"), remedy));
    }

    static bool IsEndorsed(PushReceipt receipt, Dictionary<string, string> keys) =>
        receipt.EndorsedBy is { } by && keys.TryGetValue(by, out var former) && PushReceipt.Decode(former) is { } key
        && PushReceipt.IsSigned(key, PushReceipt.GetEndorsedText(PushReceipt.Decode(receipt.PublicKey)), receipt.Endorsement);

    static string ComputeHead(KeptReceipt kept)
    {
        try
        {
            var head = Convert.FromHexString(kept.Receipt.PreviousHead);
            foreach (var line in kept.Lines)
                head = PushChain.Extend(head, line.Run, line.Sequence, Convert.FromHexString(line.Sha256));
            return Convert.ToHexStringLower(head);
        }
        catch (FormatException)
        {
            return "";
        }
    }

    /// <summary>Compares what was pushed with what the ledger has now, run by run.</summary>
    static IEnumerable<LedgerProblem> CompareLines(LedgerHome home, Dictionary<string, string> known)
    {
        var gone = new List<string>();
        foreach (var run in known.GroupBy(line => line.Key[..line.Key.IndexOf('/', StringComparison.Ordinal)], StringComparer.Ordinal))
        {
            if (!LedgerHome.IsRunId(run.Key))
                continue;
            var folder = home.GetRunFolder(run.Key);
            if (!Directory.Exists(folder.Location))
            {
                gone.Add(run.Key);
                continue;
            }

            var now = ReadHashes(folder);
            foreach (var (key, sha256) in run.Select(line => (int.Parse(line.Key[(run.Key.Length + 1)..], CultureInfo.InvariantCulture), line.Value)).Order())
            {
                var place = key == 0 ? folder.RecordPath : folder.StatementsPath;
                var what = key == 0 ? "" : string.Create(CultureInfo.InvariantCulture, $"line {key} ");
                if (key >= now.Count || now[key] is not { } hash)
                    yield return new(run.Key, place, what + "was removed after it was pushed", "The server has it: `tonne fleet export` there.");
                else if (hash != sha256)
                    yield return new(run.Key, place, what + "was changed after it was pushed",
                        "The server has it as it was: `tonne fleet export` there. `tonne ledger scrub` changes records too.");
            }
        }

        if (gone.Count > 0)
            yield return new(null, home.Root, string.Create(CultureInfo.InvariantCulture,
                $"no longer has {gone.Count} runs that were pushed: {string.Join(", ", gone.Take(MostNamed))}{(gone.Count > MostNamed ? ", …" : "")}"),
                "The server has them: `tonne fleet export` there.");
    }

    /// <summary>SHA-256 of the record and of each line of the statements; null where there is none.</summary>
    static List<string?> ReadHashes(RunFolder folder)
    {
        var hashes = new List<string?> { File.Exists(folder.RecordPath) ? Hash(Trim(File.ReadAllBytes(folder.RecordPath))) : null };
        ReadOnlySpan<byte> rest = File.Exists(folder.StatementsPath) ? File.ReadAllBytes(folder.StatementsPath) : [];
        while (rest.IndexOf((byte)'\n') is >= 0 and var end)
        {
            hashes.Add(Hash(rest[..end]));
            rest = rest[(end + 1)..];
        }

        return hashes;
    }

    static ReadOnlySpan<byte> Trim(byte[] line) => line is [.., (byte)'\n'] ? line.AsSpan(..^1) : line;

    static string Hash(ReadOnlySpan<byte> line) => Convert.ToHexStringLower(SHA256.HashData(line));
}
