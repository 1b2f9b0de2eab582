using System.Security.Cryptography;
using System.Text;
using Tonne.Ledgers.Pushing;
using Tonne.Ledgers.RunFolders;

namespace Tonne.Ledgers.Tests.Pushing;

/// <summary>The receipts that a node keeps, and what <c>tonne ledger verify</c> finds with them.</summary>
public sealed class ReceiptFileTests : IDisposable
{
    readonly PushHome _home = new();
    readonly ReceiptSigner _first = ReceiptSigner.Create();
    readonly ReceiptSigner _second = ReceiptSigner.Create();
    ReceiptSigner _key;
    bool _isEndorsed = true;
    long _position;
    byte[] _head = PushChain.Begin("node-1");

    public ReceiptFileTests()
    {
        _key = _first;
        _home.Server.Sign = Sign;
    }

    public void Dispose()
    {
        _home.Dispose();
        _first.Dispose();
        _second.Dispose();
    }

    string Receipts => Path.ChangeExtension(_home.StatePath, ".receipts.jsonl");

    List<string> Verify() => [.. ReceiptFile.Check(_home.Ledger.Home).Select(problem => $"{problem.Run}: {problem.What}")];

    [Fact]
    public async Task What_was_signed_is_kept_and_is_what_the_ledger_has()
    {
        _home.AddRun();
        await _home.PushAsync();
        var id = _home.AddRun();
        await _home.PushAsync();
        _home.AddStatement(id, 300);
        await _home.PushAsync();

        Assert.Empty(Verify());
        Assert.Empty(_home.Ledger.Reopened().Verify());
        Assert.Equal([2L, 4L, 5L], ReceiptFile.Read(Receipts).Select(receipt => receipt.Position));
        Assert.Equal(0, _home.Queue.Backlog.Lines);
    }

    [Fact]
    public async Task Lines_that_were_changed_or_removed_after_the_push_are_named()
    {
        var (changed, cut, gone) = (_home.AddRun(), _home.AddRun(), _home.AddRun());
        await _home.PushAsync();
        var folder = _home.Ledger.Home.GetRunFolder(changed);
        // Another record with a right checksum: only the receipt shows it.
        var record = folder.ReadRecord();
        File.Delete(folder.RecordPath);
        folder.Close(record with { Samples = record.Samples + 1 }, SampleRun.Account(record));
        File.Delete(_home.Ledger.Home.GetRunFolder(cut).StatementsPath);
        Directory.Delete(_home.Ledger.Home.GetRunFolder(gone).Location, recursive: true);

        Assert.Equal(
        [
            $"{changed}: was changed after it was pushed", $"{cut}: line 1 was removed after it was pushed",
            $": no longer has 1 runs that were pushed: {gone}",
        ], Verify());
    }

    [Fact]
    public async Task A_server_without_receipts_and_one_whose_answer_was_lost_change_nothing()
    {
        _home.Server.Sign = null;
        _home.AddRun();
        Assert.Null((await _home.PushAsync()).Problem);
        Assert.False(File.Exists(Receipts));
        _home.Server.Sign = Sign;
        _home.Server.Fail(ServerFault.AnswerLost);
        _home.AddRun();
        await _home.PushAsync();
        await _home.PushAsync();
        _home.AddRun();
        await _home.PushAsync();

        Assert.Equal([4L], ReceiptFile.Read(Receipts).Select(receipt => receipt.Position));
        Assert.Empty(Verify());
    }

    [Fact]
    public async Task A_new_key_counts_if_the_former_one_has_signed_it()
    {
        _home.AddRun();
        await _home.PushAsync();
        _key = _second;
        _home.AddRun();
        await _home.PushAsync();
        Assert.Empty(Verify());

        _isEndorsed = false;
        using var third = ReceiptSigner.Create();
        _key = third;
        _home.AddRun();
        await _home.PushAsync();

        Assert.Equal([$": receipt 3 is signed by key {third.Id}, which no key before has signed"], Verify());
    }

    [Fact]
    public async Task A_server_that_forgets_or_changes_lines_is_found()
    {
        _home.AddRun();
        await _home.PushAsync();
        var (position, head) = (_position, _head);
        // Its chain at the same place is another one: a line before was changed.
        _head = SHA256.HashData(head);
        _home.AddRun();
        await _home.PushAsync();
        Assert.Equal([": receipt 2 does not continue the head of the receipt before"], Verify());

        (_position, _head) = (position - 1, head);
        _home.AddRun();
        await _home.PushAsync();
        Assert.Contains(": receipt 3 begins at line 1 of the server's chain, which had 4 lines on 2026-11-22", Verify());
    }

    [Theory]
    [InlineData("\"position\":2", "\"position\":3")]
    [InlineData("\"signature\":\"", "\"signature\":\"AAAA")]
    [InlineData("\"sequence\":1", "\"sequence\":9")]
    public async Task A_file_that_was_changed_is_found(string from, string to)
    {
        _home.AddRun();
        await _home.PushAsync();
        // With a right checksum of its line.
        var text = (await File.ReadAllTextAsync(Receipts, TestContext.Current.CancellationToken)).Trim();
        var json = text[(text.IndexOf("\"receipt\":", StringComparison.Ordinal) + 10)..^1];
        File.Delete(Receipts);
        CheckedFile.Append(Receipts, "receipt", Encoding.UTF8.GetBytes(json.Replace(from, to, StringComparison.Ordinal)));

        Assert.NotEmpty(Verify());
    }

    PushAnswer Sign(PushAnswer answer, IReadOnlyList<PushedLine> added)
    {
        var (position, head) = (_position, _head);
        foreach (var line in added.OrderBy(line => line.Run, StringComparer.Ordinal).ThenBy(line => line.Sequence))
        {
            _head = PushChain.Extend(_head, line.Run, line.Sequence, SHA256.HashData(line.Line.Span));
            _position++;
        }

        var receipt = new PushReceipt
        {
            Node = "node-1", Position = _position, Head = Convert.ToHexStringLower(_head), PreviousPosition = position,
            PreviousHead = Convert.ToHexStringLower(head), SignedAt = new(2026, 11, 22, 9, 0, 0, TimeSpan.Zero), Key = _key.Id,
            PublicKey = Convert.ToBase64String(_key.PublicKey.Span), Signature = "",
            EndorsedBy = _isEndorsed ? _first.Id : null,
            Endorsement = _isEndorsed ? Convert.ToBase64String(_first.Sign(PushReceipt.GetEndorsedText(_key.PublicKey.Span))) : null,
            Appended = [.. added.Select(line => ReceiptFile.FormatKey(line.Run, line.Sequence))],
        };
        return answer with { Receipt = receipt with { Signature = Convert.ToBase64String(_key.Sign(receipt.GetSignedText())) } };
    }
}
