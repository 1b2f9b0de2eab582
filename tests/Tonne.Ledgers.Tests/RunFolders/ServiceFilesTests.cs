using System.Text;
using Tonne.Ledgers.RunFolders;

namespace Tonne.Ledgers.Tests.RunFolders;

/// <summary>Files of recorded services, verified and merged with their runs.</summary>
public sealed class ServiceFilesTests : IDisposable
{
    const string Run = "20261122-054210-aaaaa1";
    const string Other = "20261122-064210-bbbbb2";

    readonly TemporaryHome _ours = new();
    readonly TemporaryHome _theirs = new();

    public void Dispose()
    {
        _ours.Dispose();
        _theirs.Dispose();
    }

    static string Hours(TemporaryHome home, string run = Run, string service = "chat") =>
        Path.Combine(home.Home.Root, "services", service, "hours", run + ".json");

    static string Looks(TemporaryHome home, string run = Run) => Path.Combine(home.Home.Root, "services", "chat", "looks", run + ".jsonl");

    static void WriteHours(TemporaryHome home, string run = Run, bool isFinal = true, int requests = 1) => CheckedFile.Replace(
        Hours(home, run), "service",
        Encoding.UTF8.GetBytes($$"""{"run":"{{run}}","is_final":{{(isFinal ? "true" : "false")}},"requests":{{requests}}}"""));

    static void Flip(string path, int at = 40)
    {
        var bytes = File.ReadAllBytes(path);
        bytes[at] ^= 1;
        File.WriteAllBytes(path, bytes);
    }

    [Fact]
    public void Whole_files_have_no_problems_nor_has_a_last_line_that_is_being_written()
    {
        _ours.Complete(Run);
        WriteHours(_ours);
        CheckedFile.Append(Looks(_ours), "look", "{\"from\":0,\"to\":1}"u8);
        File.AppendAllText(Looks(_ours), "{\"crc32c\":\"12");

        Assert.Empty(_ours.Ledger.Verify());
    }

    [Fact]
    public void Damaged_hours_and_looks_are_named_with_what_to_do()
    {
        _ours.Complete(Run);
        WriteHours(_ours);
        WriteHours(_ours, Other);
        Flip(Hours(_ours));

        var problems = _ours.Ledger.Verify();

        Assert.Equal([(Run, Hours(_ours), "does not match its checksum"),
            (Other, Hours(_ours, Other), "the run that has its energy is not in the ledger")],
            problems.Select(problem => (problem.Run, problem.File, problem.What)));
        Assert.StartsWith("Restore it from a backup", problems[0].Remedy, StringComparison.Ordinal);
        for (var i = 0; i < 3; i++)
            CheckedFile.Append(Looks(_ours), "look", "{\"from\":0,\"to\":1000}"u8);
        Flip(Looks(_ours));

        problems = _ours.Ledger.Verify();

        Assert.Equal(3, problems.Count);
        Assert.Equal("1 lines are damaged", Assert.Single(problems, problem => problem.File == Looks(_ours)).What);
        Assert.StartsWith("'tonne service show chat' computes it again", problems[0].Remedy, StringComparison.Ordinal);
    }

    [Fact]
    public void Final_hours_go_with_their_run_once_and_looks_stay()
    {
        _theirs.Complete(Run);
        _ours.Complete(Other);
        WriteHours(_theirs);
        CheckedFile.Append(Looks(_theirs), "look", "{\"from\":0,\"to\":1,\"state\":\"7\"}"u8);

        var merged = _ours.Ledger.Merge(_theirs.Home);

        Assert.Equal((1, 0, 0), (merged.ServiceRuns, merged.Skipped.Length, merged.Conflicts.Length));
        Assert.Equal(File.ReadAllBytes(Hours(_theirs)), File.ReadAllBytes(Hours(_ours)));
        Assert.False(File.Exists(Looks(_ours)));
        Assert.Empty(_ours.Ledger.Verify());
        Assert.Equal(0, _ours.Ledger.Merge(_theirs.Home).ServiceRuns);
    }

    [Fact]
    public void Hours_that_are_open_damaged_or_of_a_run_that_differs_are_not_copied()
    {
        _theirs.Complete(Run);
        WriteHours(_theirs, isFinal: false);
        _theirs.Complete(Other, trace => SampleRun.Write(trace, 31));
        WriteHours(_theirs, Other);
        _ours.Complete(Other);

        var merged = _ours.Ledger.Merge(_theirs.Home);

        Assert.Equal(0, merged.ServiceRuns);
        Assert.Contains("'tonne service show chat' on that ledger", Assert.Single(merged.Skipped).Remedy, StringComparison.Ordinal);
        Assert.Equal(Other, Assert.Single(merged.Conflicts).Run);
        Assert.False(Directory.Exists(Path.Combine(_ours.Home.Root, "services")));
        // Computed meanwhile; here they are damaged, then of other content.
        WriteHours(_theirs);
        WriteHours(_ours, isFinal: false);
        Assert.Equal(1, _ours.Ledger.Merge(_theirs.Home).ServiceRuns);
        Flip(Hours(_ours));
        Assert.Equal(1, _ours.Ledger.Merge(_theirs.Home).ServiceRuns);
        WriteHours(_ours, requests: 2);
        var before = File.ReadAllBytes(Hours(_ours));
        merged = _ours.Ledger.Merge(_theirs.Home);
        Assert.Equal([Other, Run], merged.Conflicts.Select(conflict => conflict.Run));
        Assert.Equal(before, File.ReadAllBytes(Hours(_ours)));
    }
}
