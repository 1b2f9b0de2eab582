using System.Text;
using System.Text.Json;
using Tonne.Accounting;
using Tonne.Ledgers.RunFolders;
using Tonne.Runs;

namespace Tonne.Ledgers.Tests.Auditing;

public class VerifyTests
{
    const string Good = "20261122-054210-aaaaa1";
    const string Bad = "20261122-064210-bbbbb2";

    [Fact]
    public void A_whole_ledger_has_no_problems_and_is_not_changed_by_looking()
    {
        using var home = new TemporaryHome();
        home.Complete(Good);
        home.Kill(Bad);
        home.Ledger.CloseInterrupted(SampleRun.Account);
        var before = Picture(home);

        Assert.Empty(home.Ledger.Verify());
        Assert.Equal(before, Picture(home));
    }

    [Theory]
    [InlineData("trace", 1)]
    [InlineData("trace", 2)]
    [InlineData("record.json", 3)]
    [InlineData("record.json", 4)]
    [InlineData("statements.jsonl", 5)]
    [InlineData("statements.jsonl", 6)]
    public void A_flipped_bit_is_found_its_file_named_and_other_runs_are_whole(string file, int seed)
    {
        using var home = new TemporaryHome();
        var good = home.Complete(Good);
        home.Complete(Bad);
        var path = Path.Combine(home.Home.GetRunFolder(Bad).Location, file);
        var clean = File.ReadAllBytes(path);
        var random = new Random(seed);
        for (var round = 0; round < 20; round++)
        {
            var bytes = (byte[])clean.Clone();
            // The last byte of a sealed file is its line feed, whose loss is the same as a file cut after the line.
            bytes[random.Next(bytes.Length - 1)] ^= (byte)(1 << random.Next(8));
            File.WriteAllBytes(path, bytes);

            var problems = home.Ledger.Verify();

            Assert.NotEmpty(problems);
            Assert.All(problems, problem => Assert.Equal(Bad, problem.Run));
            Assert.Contains(problems, problem => problem.File == path && problem.Remedy.Length > 0);
            Assert.Empty(Comparison.Same(good.Record, home.Ledger.Load(Good).Record));
            Assert.Equal(bytes, File.ReadAllBytes(path));
        }
    }

    [Fact]
    public void A_record_sealed_anew_with_other_figures_is_found_by_its_trace()
    {
        using var home = new TemporaryHome();
        var entry = home.Complete(Good);
        var folder = home.Home.GetRunFolder(Good);
        var cheaper = entry.Record with { Components = [entry.Record.Components[0] with { JobMicrojoules = entry.Record.Components[0].JobMicrojoules - 1 }, .. entry.Record.Components.Skip(1)] };
        File.WriteAllBytes(folder.RecordPath, ChecksummedLine.Write("record", JsonSerializer.SerializeToUtf8Bytes(cheaper, RunJson.Default.RunRecord)));

        var problem = Assert.Single(home.Ledger.Verify());

        Assert.Equal(folder.RecordPath, problem.File);
        Assert.Contains("job [µJ]", problem.What, StringComparison.Ordinal);
    }

    [Fact]
    public void A_statement_sealed_anew_with_other_figures_is_found_by_its_factors()
    {
        using var home = new TemporaryHome();
        var entry = home.Complete(Good);
        var folder = home.Home.GetRunFolder(Good);
        var figures = entry.Statements[0].Figures;
        var greener = entry.Statements[0] with { Figures = figures.SetItem(3, figures[3] with { Bounds = figures[3].Bounds * 0.5 }) };
        File.WriteAllBytes(folder.StatementsPath, ChecksummedLine.Write("statement", JsonSerializer.SerializeToUtf8Bytes(greener, LedgerJson.Default.FootprintStatement)));

        var problem = Assert.Single(home.Ledger.Verify());

        Assert.Equal(folder.StatementsPath, problem.File);
        Assert.Contains("line 1", problem.What, StringComparison.Ordinal);
        Assert.Contains(figures[3].Name, problem.What, StringComparison.Ordinal);
    }

    [Fact]
    public void A_statement_of_another_method_stands_unchecked()
    {
        using var home = new TemporaryHome();
        var entry = home.Complete(Good);
        home.Home.GetRunFolder(Good).Append(entry.Statements[0] with { Method = "tonne-0", Figures = [] });

        Assert.Empty(home.Ledger.Verify());
    }

    [Fact]
    public void Missing_files_are_named()
    {
        using var home = new TemporaryHome();
        home.Complete(Good);
        home.Complete(Bad);
        File.Delete(home.Home.GetRunFolder(Good).TracePath);
        File.Delete(home.Home.GetRunFolder(Bad).StatementsPath);

        Assert.Equal([home.Home.GetRunFolder(Good).TracePath, home.Home.GetRunFolder(Bad).StatementsPath], home.Ledger.Verify().Select(problem => problem.File));
    }

    [Fact]
    public void A_statement_cut_short_by_a_crash_costs_only_itself()
    {
        using var home = new TemporaryHome();
        home.Complete(Good);
        var folder = home.Home.GetRunFolder(Good);
        File.AppendAllText(folder.StatementsPath, "{\"crc32c\":\"0011");

        Assert.Contains("cut short", Assert.Single(home.Ledger.Verify()).What, StringComparison.Ordinal);
        Assert.Single(home.Ledger.Load(Good).Statements);
        home.Ledger.Recount(Good, entry => SampleRun.Account(entry.Record, 112, home.Time.GetUtcNow()));
        Assert.Equal(2, home.Ledger.Load(Good).Statements.Length);
    }

    [Fact]
    public void A_folder_under_another_id_is_found()
    {
        using var home = new TemporaryHome();
        home.Complete(Good);
        Directory.Move(home.Home.GetRunFolder(Good).Location, home.Home.GetRunFolder(Bad).Location);

        var problems = home.Ledger.Verify();

        Assert.Contains(problems, problem => problem.File == home.Home.GetRunFolder(Bad).TracePath && problem.What.Contains(Good, StringComparison.Ordinal));
        Assert.Contains(problems, problem => problem.File == home.Home.GetRunFolder(Bad).RecordPath);
    }

    static string Picture(TemporaryHome home)
    {
        var text = new StringBuilder();
        foreach (var file in Directory.EnumerateFiles(home.Home.Root, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal))
            text.Append(file).Append(' ').Append(File.GetLastWriteTimeUtc(file).Ticks).Append(' ').Append(Convert.ToHexString(File.ReadAllBytes(file)).GetHashCode(StringComparison.Ordinal)).Append('\n');
        return text.ToString();
    }
}
