using Tonne.Accounting;
using Tonne.Cli.Configuration;
using Tonne.Ledgers;
using Tonne.Reporting.Terminal;
using Tonne.Runs;

namespace Tonne.Cli.Commands;

/// <summary>The ledger as commands use it: dead runs closed first, runs found by what people write.</summary>
sealed class LedgerDesk
{
    readonly Surroundings _around;

    LedgerDesk(Surroundings around, Settings settings)
    {
        _around = around;
        Settings = settings;
        Ledger = new Ledger(new LedgerHome(settings.Home), around.Time, text => around.Error.WriteLine("tonne: " + text));
    }

    public Settings Settings { get; }

    public Ledger Ledger { get; }

    /// <summary>What a reader's terminal can show.</summary>
    public Screen Screen => _around.OutScreen;

    /// <summary>Opens the ledger and closes what dead recorders left open.</summary>
    public static LedgerDesk Open(Surroundings around)
    {
        var desk = new LedgerDesk(around, Settings.Resolve(new Dictionary<Setting, string?>(), around.Variable, around.Folder));
        foreach (var closed in desk.Ledger.CloseInterrupted(desk.Account))
        {
            around.Error.WriteLine(closed.Problem is { } problem
                ? $"tonne: {problem}"
                : $"tonne: {closed.Id} had been left open and is closed from its trace: {closed.Record?.Status.ToString().ToLowerInvariant()}.");
        }

        return desk;
    }

    /// <summary>The one run a text stands for.</summary>
    /// <exception cref="WrongInputException">None or several; the message lists them.</exception>
    public LedgerEntry Load(string text) => Ledger.Load(Id(text));

    /// <summary>The id of the one ended run a text stands for.</summary>
    /// <exception cref="WrongInputException">None or several, which the message lists; or it is still running.</exception>
    public string Id(string text) => Ledger.Find(text) switch
    {
        FoundRun.One { Run: { Status: RunStatus.Running } run } => throw new WrongInputException($"{run.Id} ({run.Name}) is still running; its figures are there when it has ended."),
        FoundRun.One one => one.Run.Id,
        var other => throw new WrongInputException(other.ToString()),
    };

    /// <summary>Accounts a record with the factors of today's catalogs.</summary>
    public FootprintStatement Account(RunRecord record) =>
        new Accountant().Account(record, FactorChoice.For(record.Opening.Place, record.Opening.Machine)).State(_around.Time.GetUtcNow());
}
