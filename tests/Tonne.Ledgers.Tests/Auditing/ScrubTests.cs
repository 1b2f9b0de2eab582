using System.Text;

namespace Tonne.Ledgers.Tests.Auditing;

public class ScrubTests
{
    const string Id = "20261122-054210-aaaaa1";
    const string Secret = "s3cr3t-of-somebody";

    [Fact]
    public void A_secret_leaves_record_and_trace_and_the_figures_stay()
    {
        using var home = new TemporaryHome();
        home.Complete(Id, with: opening => opening with { Name = $"train --token {Secret}", Command = ["python", "x.py", "--token", Secret, $"--api-key={Secret}", "--tokens", "300e9"] });
        home.Complete("20261122-064210-bbbbb2");
        var before = home.Ledger.Load(Id);
        Assert.Contains(Secret, ReadAll(home), StringComparison.Ordinal);

        Assert.True(home.Ledger.Scrub(Id));

        Assert.DoesNotContain(Secret, ReadAll(home), StringComparison.Ordinal);
        var after = home.Ledger.Load(Id);
        Assert.Equal(["python", "x.py", "--token", "***", "--api-key=***", "--tokens", "300e9"], after.Record.Opening.Command);
        Assert.Equal("train --token ***", after.Record.Opening.Name);
        Assert.Equal(before.Record.Components.Select(part => part.JobMicrojoules), after.Record.Components.Select(part => part.JobMicrojoules));
        Assert.Empty(home.Ledger.Verify());
        Assert.False(home.Ledger.Scrub(Id));
        Assert.False(home.Ledger.Scrub("20261122-064210-bbbbb2"));
    }

    [Fact]
    public void A_damaged_trace_is_not_changed()
    {
        using var home = new TemporaryHome();
        home.Complete(Id, with: opening => opening with { Command = ["--token", Secret] });
        var trace = home.Home.GetRunFolder(Id).TracePath;
        var bytes = File.ReadAllBytes(trace);
        bytes[^30] ^= 1;
        File.WriteAllBytes(trace, bytes);

        Assert.Throws<LedgerDamagedException>(() => home.Ledger.Scrub(Id));

        Assert.Equal(bytes, File.ReadAllBytes(trace));
    }

    static string ReadAll(TemporaryHome home) => string.Concat(
        Directory.EnumerateFiles(home.Home.Runs, "*", SearchOption.AllDirectories).Select(path => Encoding.Latin1.GetString(File.ReadAllBytes(path))));
}
