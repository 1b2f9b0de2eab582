using System.Text;
using Tonne.Ledgers.Calls;
using Tonne.Quantities;

namespace Tonne.Ledgers.Tests.Calls;

public sealed class CallLogTests : IDisposable
{
    readonly TemporaryHome _home = new();

    public void Dispose() => _home.Dispose();

    CallLog Log => new(_home.Home);

    string DayFile => Path.Combine(Log.Location, "2026", "2026-11-30.jsonl");

    [Fact]
    public void Lines_of_one_key_are_added_up_and_others_are_kept_apart()
    {
        Log.Append([SampleCalls.Row(), SampleCalls.Row("llama-3.1-8b")]);
        Log.Append([SampleCalls.Row() with { Sum = SampleCalls.Sum(0.002) with { Requests = 3, Failed = 1, EstimatedTokens = 2 } }]);

        var read = Log.Read();

        Assert.Empty(read.Problems);
        Assert.Equal(["gpt-4o", "llama-3.1-8b"], read.Rows.Select(row => row.Key.Model).Order(StringComparer.Ordinal));
        var sum = read.Rows.Single(row => row.Key.Model == "gpt-4o").Sum;
        // By hand: 1 + 3 requests, twice the tokens, 0.001 + 0.002 kWh with bounds of a half and three times.
        Assert.Equal((4, 1, 2, new CallTokens(600, 200, 400, 100)), (sum.Requests, sum.Failed, sum.EstimatedTokens, sum.Tokens));
        Assert.Equal(0.0015, sum.EnergyKwh.Low, 1e-12);
        Assert.Equal(0.003, sum.EnergyKwh.Best, 1e-12);
        Assert.Equal(0.009, sum.EnergyKwh.High, 1e-12);
    }

    [Fact]
    public void A_row_comes_back_as_it_was_written()
    {
        var row = SampleCalls.Row("modèle \"a\"\\b 模型");

        Log.Append([row]);

        Assert.Equal(row, Assert.Single(Log.Read().Rows));
    }

    [Fact]
    public void A_period_selects_hours_across_the_files_of_days()
    {
        Log.Append([SampleCalls.Row(hour: -9), SampleCalls.Row(hour: 0), SampleCalls.Row(hour: 1), SampleCalls.Row(hour: 20)]);

        Assert.Equal(3, Directory.GetFiles(Path.Combine(Log.Location, "2026")).Length);
        var hours = Log.Read(SampleCalls.Hour, SampleCalls.Hour.AddHours(2))
            .Rows.Select(row => (row.Key.Hour - SampleCalls.Hour).TotalHours);
        Assert.Equal([0, 1], hours);
    }

    [Fact]
    public void A_damaged_line_costs_only_itself_and_is_named()
    {
        Log.Append([SampleCalls.Row("a"), SampleCalls.Row("b"), SampleCalls.Row("c")]);
        var bytes = File.ReadAllBytes(DayFile);
        var second = Array.IndexOf(bytes, (byte)'\n') + 200;
        bytes[second] ^= 1;
        File.WriteAllBytes(DayFile, bytes);

        var read = Log.Read();

        Assert.Equal(["a", "c"], read.Rows.Select(row => row.Key.Model).Order(StringComparer.Ordinal));
        Assert.Contains("line 2 does not match its checksum", Assert.Single(read.Problems).What, StringComparison.Ordinal);
    }

    // As a crash in the middle of a write leaves it, or a full disk.
    [Fact]
    public void A_line_that_was_cut_costs_only_itself_and_the_next_one_is_whole()
    {
        Log.Append([SampleCalls.Row("a"), SampleCalls.Row("b")]);
        using (var file = new FileStream(DayFile, FileMode.Open))
            file.SetLength(file.Length - 100);

        Log.Append([SampleCalls.Row("c")]);

        var read = Log.Read();
        Assert.Equal(["a", "c"], read.Rows.Select(row => row.Key.Model).Order(StringComparer.Ordinal));
        Assert.Contains("line 2 ", Assert.Single(read.Problems).What, StringComparison.Ordinal);
    }

    [Fact]
    public void A_line_of_a_newer_version_is_reported_and_not_guessed_at()
    {
        Log.Append([SampleCalls.Row()]);
        var json = Encoding.UTF8.GetString(CallLine.Write(SampleCalls.Row()));
        var inside = json[(json.IndexOf("\"calls\":", StringComparison.Ordinal) + 8)..^2]
            .Replace("tonne.calls/1", "tonne.calls/2", StringComparison.Ordinal);
        File.AppendAllBytes(DayFile, Tonne.Ledgers.RunFolders.ChecksummedLine.Write("calls", Encoding.UTF8.GetBytes(inside)));

        var read = Log.Read();

        Assert.Single(read.Rows);
        Assert.Contains("\"tonne.calls/2\", not tonne.calls/1", Assert.Single(read.Problems).What, StringComparison.Ordinal);
    }

    [Fact]
    public void Writers_at_the_same_time_lose_no_line()
    {
        const int writers = 8;
        const int lines = 100;

        Parallel.For(0, writers, new ParallelOptions { MaxDegreeOfParallelism = writers }, writer =>
        {
            var log = Log;
            for (var i = 0; i < lines; i++)
                log.Append([SampleCalls.Row($"m{writer}")]);
        });

        var read = Log.Read();
        Assert.Empty(read.Problems);
        Assert.Equal(writers, read.Rows.Length);
        Assert.All(read.Rows, row => Assert.Equal(lines, row.Sum.Requests));
    }

    [Fact]
    public void Sums_that_exceed_what_a_number_holds_stay_at_the_largest()
    {
        var large = new CallSum { Requests = long.MaxValue - 1, Tokens = new CallTokens(long.MaxValue),
            EnergyKwh = Bounds.FromExact(double.MaxValue) };

        var sum = large.Plus(large);

        Assert.Equal((long.MaxValue, long.MaxValue, double.MaxValue), (sum.Requests, sum.Tokens.Input, sum.EnergyKwh.Best));
    }

    [Fact]
    public void A_ledger_that_cannot_be_written_is_named()
    {
        Directory.CreateDirectory(_home.Home.Root);
        File.WriteAllText(Log.Location, "a file where the folder should be");

        Assert.Contains(_home.Home.Root, Assert.Throws<LedgerUnavailableException>(() => Log.Append([SampleCalls.Row()])).Message,
            StringComparison.Ordinal);
    }

    // Seeded: the same damage in every run.
    [Fact]
    public void Whatever_bytes_a_file_has_it_is_read_and_whole_lines_count()
    {
        var random = new Random(20_261_130);
        var lines = Enumerable.Range(0, 20).Select(i => CallLine.Write(SampleCalls.Row($"m{i}"))).ToArray();
        for (var round = 0; round < 2_000; round++)
        {
            var content = lines.SelectMany(line => line).ToList();
            var touched = new HashSet<int>();
            for (var damage = random.Next(4); damage >= 0; damage--)
            {
                var at = random.Next(content.Count);
                switch (random.Next(4))
                {
                    case 0: content[at] ^= (byte)(1 << random.Next(8)); break;
                    case 1: content.RemoveRange(at, Math.Min(random.Next(1, 700), content.Count - at)); break;
                    case 2: content.InsertRange(at, Enumerable.Range(0, random.Next(1, 50)).Select(_ => (byte)random.Next(256))); break;
                    default: content.RemoveRange(at, content.Count - at); break;
                }

                if (content.Count == 0)
                    break;
            }

            var whole = lines.Where(line => Contains(content, line)).Count();
            var (problems, rows) = (new List<LedgerProblem>(), new List<CallRow>());

            CallLog.Parse(content.ToArray(), "file", problems, rows.Add);

            Assert.True(rows.Count >= whole, $"round {round}: {rows.Count} of {whole}");
            // A changed line is never taken for another one.
            Assert.All(rows, row => Assert.Contains(row, lines.Select(Read)));
        }

        static CallRow Read(byte[] line)
        {
            Assert.Null(CallLine.Read(line, out var row));
            return row!;
        }

        // A whole line of the file: at its beginning or after a line feed.
        static bool Contains(List<byte> content, byte[] line)
        {
            var span = System.Runtime.InteropServices.CollectionsMarshal.AsSpan(content);
            return span.StartsWith(line) || span.IndexOf([(byte)'\n', .. line]) >= 0;
        }
    }
}
