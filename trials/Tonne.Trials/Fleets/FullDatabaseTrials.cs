using System.Net;
using System.Runtime.Versioning;
using System.Text.Json.Nodes;
using Tonne.Ledgers;
using Tonne.Ledgers.Pushing;
using Tonne.Trials.Faults;
using Tonne.Trials.Serving;

namespace Tonne.Trials.Fleets;

/// <summary>A PostgreSQL whose disk is full: what is pushed meanwhile is refused whole and can be pushed again, and nothing is lost or
/// twice.</summary>
[UnsupportedOSPlatform("windows")]
public sealed class FullDatabaseTrials : IDisposable
{
    const string Database = "tonne";
    const int DiskKibibytes = 96 * 1024;
    const int Runs = 400;
    const int RunsOfPush = 40;

    readonly TonneCommand _server = new();
    readonly TonneCommand _node = new();

    static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _node.Dispose();
        _server.Dispose();
    }

    [Fact]
    public async Task Nothing_is_lost_and_nothing_comes_twice_while_the_disk_of_the_database_is_full()
    {
        await using var postgres = await PrivatePostgres.StartAsync(_server);
        using var disk = new SmallDisk(Path.Combine(postgres.Folder, "small"), DiskKibibytes);
        (await _server.RunOtherAsync("chown", "postgres", disk.Folder)).Expect(0);
        (await _server.RunOtherAsync("chmod", "700", disk.Folder)).Expect(0);
        (await postgres.QueryAsync("postgres", $"create tablespace small owner tonne_owner location '{disk.Folder}'")).Expect(0);
        (await postgres.QueryAsync("postgres", $"create database {Database} owner tonne_owner tablespace small")).Expect(0);
        var code = await postgres.InitializeFleetAsync(Database);
        await using var server = await ServedLedger.StartAsync(_server);
        (await _node.RunAsync(
            "run", "-q", "--name", "real", "--zone", "FR", "--", "sh", "-c", "i=0; while [ $i -lt 50000 ]; do i=$((i+1)); done")).Expect(0);
        (await _node.RunAsync("fleet", "enroll", "--server", server.Address.ToString(), "--code", code)).Expect(0);
        var key = (string)JsonNode.Parse(await File.ReadAllTextAsync(Path.Combine(_node.Home, "fleet.json"), Cancelled))!["key"]!;
        var real = DirectPush.ReadLines(new LedgerHome(_node.Home));
        var random = new Random(20261201);
        var made = new Dictionary<string, IReadOnlyList<PushedLine>>(StringComparer.Ordinal);
        while (made.Count < Runs)
        {
            var (run, lines) = SecretRun.Create(random, real, "physics", "ada");
            made.TryAdd(run.Id, lines);
        }

        var pushes = made.Values.Chunk(RunsOfPush).Select(static runs => runs.SelectMany(static lines => lines).ToList()).ToList();

        var refused = 0;
        for (var i = 0; i < pushes.Count; i++)
        {
            if (i == 2)
                disk.Fill();
            var (status, answer) = await DirectPush.SendAsync(server, key, pushes[i]);
            if (status == HttpStatusCode.OK)
            {
                Assert.Equal((pushes[i].Count, 0), ((int)answer["accepted"]!, (int)answer["known"]!));
                continue;
            }

            // It is said to be for now, so that a node keeps its lines and comes again.
            Assert.Equal(HttpStatusCode.ServiceUnavailable, status);
            refused++;
        }

        Assert.True(refused > 0, "the disk was not full");
        // What is there is read on.
        Assert.Equal((pushes.Count - refused) * RunsOfPush, (int)JsonNode.Parse(await server.GetAsync("/api/v1/runs"))!["total"]!);
        disk.Free();
        var accepted = 0;
        foreach (var push in pushes)
        {
            var (status, answer) = await DirectPush.SendAsync(server, key, push);
            Assert.Equal(HttpStatusCode.OK, status);
            Assert.Equal(push.Count, (int)answer["accepted"]! + (int)answer["known"]!);
            accepted += (int)answer["accepted"]!;
        }

        Assert.Equal(refused * pushes[0].Count, accepted);
        var counts = (await postgres.QueryAsync(
            Database, "select count(*), count(distinct run), (select count(*) from tonne.run_list) from tonne.run_lines")).Expect(0)
            .Output.Trim();
        Assert.Equal($"{pushes.Sum(push => push.Count)}|{Runs}|{Runs}", counts);
    }
}
