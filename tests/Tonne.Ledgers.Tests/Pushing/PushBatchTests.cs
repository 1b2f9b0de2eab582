using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Tonne.Ledgers.Pushing;

namespace Tonne.Ledgers.Tests.Pushing;

public class PushBatchTests
{
    const string Id = "20261122-054210-4f2a9c";

    [Fact]
    public async Task Lines_come_back_byte_for_byte()
    {
        // Spaces, escapes and numbers as no serializer of ours writes them: the checksum is of these bytes.
        PushedLine[] lines =
        [
            new(Id, 0, Encoding.UTF8.GetBytes("""{"crc32c":"00000000","record":{ "a" : 1.50e+2, "b":"\u00e9é\/"}}""")),
            new(Id, 1, Encoding.UTF8.GetBytes("""{"crc32c":"00000001","statement":{"line":{"run":"x"}}}""")),
        ];
        using var body = new MemoryStream();

        await PushBatch.WriteAsync(body, lines, TestContext.Current.CancellationToken);
        body.Position = 0;
        var read = await ReadAsync(body);

        Assert.Equal(lines.Select(line => (line.Run, line.Sequence, Encoding.UTF8.GetString(line.Line.Span))),
            read.Select(line => (line.Run, line.Sequence, Encoding.UTF8.GetString(line.Line.Span))));
    }

    [Theory]
    [InlineData("""{"run":"20261122-054210-4f2a9c","sequence":-1,"line":{}}""", "'sequence'")]
    [InlineData("""{"run":"../../etc/passwd","sequence":0,"line":{}}""", "'run'")]
    [InlineData("""{"run":"20261122-054210-4f2a9c","sequence":0}""", "'line'")]
    [InlineData("""{"run":"20261122-054210-4f2a9c","run":"20261122-054210-4f2a9c","sequence":0,"line":{}}""", "given twice")]
    [InlineData("""{"run":"20261122-054210-4f2a9c","sequence":0,"line":{}} {}""", "not the JSON")]
    [InlineData("""{"run":"20261122-054210-4f2a9c","sequence":1e9999,"line":{}}""", "not")]
    [InlineData("[]", "kind")]
    public async Task What_is_no_line_is_refused_with_its_number(string text, string what)
    {
        var first = """{"run":"20261122-054210-4f2a9c","sequence":0,"line":{}}""" + "\n";

        var error = await Assert.ThrowsAsync<FormatException>(() => ReadAsync(new MemoryStream(Encoding.UTF8.GetBytes(first + text))));

        Assert.StartsWith("line 2 ", error.Message, StringComparison.Ordinal);
        Assert.Contains(what, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_line_that_is_too_long_ends_the_reading_before_it_is_all_in_memory()
    {
        var endless = new MemoryStream(new byte[1_000_000].Select(_ => (byte)'x').ToArray());

        var error = await Assert.ThrowsAsync<FormatException>(() => ReadAsync(endless, maxLineBytes: 1000));

        Assert.Contains("more than 1000 bytes", error.Message, StringComparison.Ordinal);
        Assert.InRange(endless.Position, 1, 100_000);
    }

    [Fact]
    public void Whatever_bytes_come_are_lines_or_refused()
    {
        var valid = Encoding.UTF8.GetBytes("""{"run":"20261122-054210-4f2a9c","sequence":0,"line":{"crc32c":"00000000","record":{}}}""" + "\n");
        var mutated = from at in Gen.Choose(0, valid.Length - 1)
                      from value in Gen.Choose(0, 255)
                      select (at, (byte)value);

        Prop.ForAll(Arb.From(mutated), change =>
        {
            var bytes = (byte[])valid.Clone();
            bytes[change.at] = change.Item2;
            try
            {
                return ReadAsync(new MemoryStream(bytes)).GetAwaiter().GetResult().All(line => LedgerHome.IsRunId(line.Run) && line.Sequence >= 0);
            }
            catch (FormatException)
            {
                return true;
            }
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(2000).WithReplay(2026, 1129));
    }

    static async Task<List<PushedLine>> ReadAsync(Stream body, int maxLineBytes = PushedLine.MaxBytes)
    {
        var lines = new List<PushedLine>();
        await foreach (var line in PushBatch.ReadAsync(body, maxLineBytes, TestContext.Current.CancellationToken))
            lines.Add(line);
        return lines;
    }
}
