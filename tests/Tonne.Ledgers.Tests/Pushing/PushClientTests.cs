using FsCheck;
using FsCheck.Fluent;

namespace Tonne.Ledgers.Tests.Pushing;

public class PushClientTests
{
    /// <summary>Steps of a node's life, by number: 0 a run ends; 1 one is recounted; 2 the process is killed; 3 the state is cut; 4 a byte
    /// of it changes; 5 the
    /// state is lost; 6 and up: a push with that fault.</summary>
    [Fact]
    public void Whatever_is_lost_the_server_ends_with_the_lines_of_the_ledger()
    {
        var steps = Gen.Choose(0, 5 + Enum.GetValues<ServerFault>().Length).SelectMany(
            _ => Gen.Choose(0, 999), (kind, at) => (Kind: kind, At: at)).ListOf(14);

        Prop.ForAll(Arb.From(steps), life =>
        {
            using var home = new PushHome();
            foreach (var (kind, at) in life)
                Live(home, kind, at).GetAwaiter().GetResult();
            home.Restart();
            var last = home.PushAsync().GetAwaiter().GetResult();

            // The faults that are left fail the first tries.
            for (var tries = 0; last.Problem is not null && tries < 50; tries++)
                last = home.PushAsync().GetAwaiter().GetResult();

            Assert.Null(last.Problem);
            Assert.Equal(0, last.RefusedCount);
            Assert.Equal(home.ReadLedgerLines().OrderBy(line => line.Key), home.Server.Lines.OrderBy(line => line.Key));
            Assert.Equal(home.Server.Lines.Count, home.Server.Accepted);
            Assert.Equal(0, home.Queue.Backlog.Lines);
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(40).WithReplay(2026, 1131));
    }

    static async Task Live(PushHome home, int kind, int at)
    {
        var runs = home.Ledger.Home.GetRunFolders();
        switch (kind)
        {
            case 0:
                home.AddRun();
                break;
            case 1 when runs.Count > 0:
                home.AddStatement(runs[at % runs.Count].Id, 100 + at);
                break;
            case 2:
                home.Restart();
                break;
            case 3 or 4 or 5 when new FileInfo(home.StatePath) is { Exists: true, Length: > 0 }:
                var bytes = await File.ReadAllBytesAsync(home.StatePath, TestContext.Current.CancellationToken);
                if (kind == 3)
                    bytes = bytes[..(at % bytes.Length)];
                else if (kind == 4)
                    bytes[at % bytes.Length] ^= 0x55;
                await File.WriteAllBytesAsync(home.StatePath, kind == 5 ? [] : bytes, TestContext.Current.CancellationToken);
                home.Restart();
                break;
            case >= 6:
                home.Server.Fail((ServerFault)(kind - 6));
                await home.PushAsync(all: at % 2 == 0);
                break;
            default:
                break;
        }
    }

    [Fact]
    public async Task A_push_has_key_and_report_and_goes_below_the_servers_path()
    {
        using var home = new PushHome();
        home.AddRun();

        var outcome = await home.PushAsync();

        Assert.Equal((2, 0, 1), (outcome.Accepted, outcome.Known, outcome.Batches));
        Assert.Equal(new Uri("https://tonne.example.org/base/api/v1/fleet/push"), home.Server.Addresses.Single());
        Assert.Equal(("Bearer", "secret"), (home.Server.LastKey!.Scheme, home.Server.LastKey.Parameter));
        // Record and one statement; the id says 05:00:00.
        Assert.Equal((2, new DateTimeOffset(2026, 11, 22, 5, 0, 0, TimeSpan.Zero)), (
            home.Server.Reports[0].Waiting, home.Server.Reports[0].WaitingSince));
    }

    [Fact]
    public async Task What_the_server_refuses_is_noted_and_not_sent_again()
    {
        using var home = new PushHome();
        var id = home.AddRun();
        home.Server.Refuses.Add((id, 1));

        var first = await home.PushAsync();
        home.Restart();
        var second = await home.PushAsync();

        Assert.Equal(1, first.RefusedCount);
        Assert.Equal((0, 0), (second.Batches, second.RefusedCount));
        Assert.Equal(1, home.Queue.Backlog.Refused);
        // What the server does not have must not be removed here.
        Assert.False(home.Queue.IsAcknowledged(id));
    }

    [Fact]
    public async Task An_answer_that_is_not_for_the_lines_sent_acknowledges_nothing()
    {
        using var home = new PushHome();
        home.AddRun();
        home.Server.Fail(ServerFault.ForeignPage, ServerFault.EmptyAnswer);

        var page = await home.PushAsync();
        var empty = await home.PushAsync();

        Assert.Contains("cannot be read", page.Problem, StringComparison.Ordinal);
        Assert.Contains("for 0 lines, and 2 were sent", empty.Problem, StringComparison.Ordinal);
        Assert.Equal(2, home.Queue.Backlog.Lines);
    }

    [Fact]
    public async Task A_reset_right_after_connecting_is_a_problem_and_no_exception()
    {
        using var home = new PushHome();
        home.AddRun();
        home.Server.Fail(ServerFault.Reset);

        Assert.Contains("cannot be reached", (await home.PushAsync()).Problem, StringComparison.Ordinal);
        Assert.Equal(2, home.Queue.Backlog.Lines);
        Assert.Equal(2, (await home.PushAsync()).Accepted);
    }

    [Fact]
    public async Task A_key_that_is_not_taken_is_said()
    {
        using var home = new PushHome();
        home.AddRun();
        home.Server.Fail(ServerFault.Unauthorized);

        var outcome = await home.PushAsync();

        Assert.True(outcome.IsKeyRefused);
        Assert.Contains("tonne fleet enroll", outcome.Problem, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_batch_that_is_too_large_is_halved_until_it_passes()
    {
        using var home = new PushHome();
        for (var i = 0; i < 8; i++)
            home.AddRun();
        home.Queue.Refresh();
        var longest = home.Queue.ReadBatch().Max(line => line.Line.Length);
        home.Server.MaxBody = 3 * longest;

        var outcome = await home.PushAsync();

        Assert.Null(outcome.Problem);
        Assert.Equal(16, home.Server.Lines.Count);
        Assert.True(outcome.Batches > 1);
    }

    [Fact]
    public async Task A_line_that_is_too_large_for_the_server_waits_and_the_others_pass()
    {
        using var home = new PushHome();
        var large = home.AddRun();
        home.Queue.Refresh();
        // A record is longer than two statements of this run; the limit is between.
        for (var i = 0; i < 40; i++)
            home.AddStatement(large, i);
        var small = home.AddRun();
        var record = new FileInfo(home.Ledger.Home.GetRunFolder(large).RecordPath).Length;
        home.Server.MaxBody = (int)record - 10;

        var outcome = await home.PushAsync();

        Assert.Contains("raise its limit", outcome.Problem, StringComparison.Ordinal);
        Assert.True(home.Queue.Backlog.Lines > 0);
        home.Server.MaxBody = int.MaxValue;
        Assert.Null((await home.PushAsync()).Problem);
        Assert.Equal(42 + 2, home.Server.Lines.Count);
        Assert.Contains((small, 0), home.Server.Lines.Keys);
    }

    [Fact]
    public async Task Tries_are_spread_up_to_a_limit_that_doubles_to_ten_minutes()
    {
        using var home = new PushHome();
        home.AddRun();
        var limits = new List<double>();
        for (var i = 0; i < 12; i++)
        {
            home.Server.Fail(ServerFault.Error);
            await home.PushAsync();
            limits.Add(Enumerable.Range(0, 400).Max(_ => home.Client.ComputeWait(null).TotalSeconds));
        }

        // Full jitter is uniform from 0 to the limit: the largest of 400 draws is above 98 % of it except once in 3,000 times (0.98^400),
        // and the seed is fixed.
        double[] expected = [2, 4, 8, 16, 32, 64, 128, 256, 512, 600, 600, 600];
        Assert.All(limits.Zip(expected), pair => Assert.InRange(pair.First, 0.98 * pair.Second, pair.Second));
    }

    [Fact]
    public async Task A_server_that_asks_for_time_gets_it()
    {
        using var home = new PushHome();
        home.AddRun();
        home.Server.Fail(ServerFault.Busy);

        var outcome = await home.PushAsync();

        Assert.Equal(TimeSpan.FromSeconds(90), outcome.RetryAfter);
        Assert.InRange(home.Client.ComputeWait(outcome.RetryAfter).TotalSeconds, 90, 92);
        Assert.InRange(home.Client.ComputeWait(TimeSpan.FromDays(300)).TotalSeconds, 3600, 3602);
    }

    [Fact]
    public async Task A_node_with_nothing_new_still_greets_the_server()
    {
        using var home = new PushHome();

        var outcome = await home.PushAsync(greets: true);

        Assert.Equal((1, 0), (outcome.Batches, outcome.Accepted));
        Assert.Single(home.Server.Reports);
    }
}
