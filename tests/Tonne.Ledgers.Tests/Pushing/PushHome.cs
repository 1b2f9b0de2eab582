using System.Globalization;
using System.Text;
using Tonne.Ledgers.Pushing;

namespace Tonne.Ledgers.Tests.Pushing;

/// <summary>A ledger with a server: what a node does, with the process ended and started again at will.</summary>
sealed class PushHome : IDisposable
{
    readonly HttpClient _http;
    int _runs;

    public PushHome()
    {
        _http = new HttpClient(Server);
        Restart();
    }

    public static FleetSettings Settings { get; } = new() { Server = new Uri("https://tonne.example.org/base/"), Name = "node-1",
        Key = "secret" };

    public TemporaryHome Ledger { get; } = new();

    public FakeServer Server { get; } = new();

    public PushQueue Queue { get; private set; } = null!;

    public PushClient Client { get; private set; } = null!;

    public string StatePath => PushState.GetPath(Ledger.Home, Settings.Server.AbsoluteUri.TrimEnd('/'));

    /// <summary>The process ends, whatever it was about to do, and another begins.</summary>
    public void Restart()
    {
        Queue?.Dispose();
        Queue = PushQueue.TryOpen(Ledger.Home, Settings.Server)!;
        Client = new PushClient(_http, Settings, Queue, Ledger.Time, new Random(2026));
    }

    public string AddRun()
    {
        var id = string.Create(CultureInfo.InvariantCulture, $"20261122-05{_runs / 60:00}{_runs % 60:00}-aaaa{_runs:000}");
        _runs++;
        Ledger.Complete(id, trace => SampleRun.Write(trace, seconds: 3));
        return id;
    }

    public void AddStatement(string id, double intensity)
    {
        var folder = Ledger.Home.GetRunFolder(id);
        folder.Append(SampleRun.Account(folder.ReadRecord(), intensity, new DateTimeOffset(2026, 11, 23, 9, 0, 0, TimeSpan.Zero)));
    }

    public async Task<PushOutcome> PushAsync(bool greets = false, bool all = true)
    {
        Queue.Refresh(all);
        return await Client.PushAsync(
            backlog => new NodeReport { Version = "1", Waiting = backlog.Lines, WaitingSince = backlog.Since, Dropped = Queue.Dropped },
                greets, TestContext.Current.CancellationToken);
    }

    /// <summary>All lines of the ledger by the rule of docs/formats: record 0, statements from 1, each without its line feed.</summary>
    public Dictionary<(string, int), string> ReadLedgerLines()
    {
        var lines = new Dictionary<(string, int), string>();
        foreach (var folder in Ledger.Home.GetRunFolders())
        {
            lines[(folder.Id, 0)] = File.ReadAllText(folder.RecordPath, Encoding.UTF8).TrimEnd('\n');
            var statements = File.ReadAllLines(folder.StatementsPath);
            for (var i = 0; i < statements.Length; i++)
                lines[(folder.Id, i + 1)] = statements[i];
        }

        return lines;
    }

    public void Dispose()
    {
        Queue.Dispose();
        _http.Dispose();
        Ledger.Dispose();
    }
}
