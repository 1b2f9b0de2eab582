using Tonne.Accounting;
using Tonne.Cli.Configuration;
using Tonne.Cli.Terminal;
using Tonne.Ledgers;
using Tonne.Ledgers.Totals;
using Tonne.Reporting.Terminal;
using Tonne.Runs;

namespace Tonne.Cli.Commands;

/// <summary>The ledger as the commands use it: closes runs of dead recorders first, and finds runs by id, name or prefix.</summary>
sealed class LedgerSession
{
    readonly CommandContext _context;

    // One for all runs: it keeps the draws of the factors that runs share.
    readonly Accountant _accountant = new();

    LedgerSession(CommandContext context, Settings settings)
    {
        _context = context;
        Settings = settings;
        Ledger = new Ledger(new LedgerHome(settings.Home), context.Time, text => context.Error.WriteLine("tonne: " + text));
    }

    public Settings Settings { get; }

    public Ledger Ledger { get; }

    /// <summary>Width, colours and characters of the reader's terminal.</summary>
    public TerminalCapabilities Capabilities => _context.OutCapabilities;

    /// <summary>Opens the ledger and closes the runs of recorders that were killed.</summary>
    public static LedgerSession Open(CommandContext context)
    {
        var session = OpenWithoutClosing(context);
        foreach (var closed in session.Ledger.CloseInterrupted(session.Account))
        {
            context.Error.WriteLine(closed.Problem is { } problem
                ? $"tonne: {problem}"
                : $"tonne: {closed.Id} had been left open and is closed from its trace: {closed.Record?.Status.ToString().ToLowerInvariant()}.");
        }

        return session;
    }

    /// <summary>Opens the ledger; <see cref="Total"/> closes runs itself, as it sees them all.</summary>
    public static LedgerSession OpenWithoutClosing(CommandContext context) =>
        new(context, Settings.Resolve(new Dictionary<Setting, string?>(), context.GetVariable, context.CurrentDirectory, context.Root));

    /// <summary>Adds up runs, each joule once, and closes the runs of recorders that were killed.</summary>
    public LedgerTotal Total(TotalQuery query)
    {
        using var progress = new ProgressCounter(_context, "runs");
        return Ledger.Total(query, Account, progress.Report);
    }

    /// <summary>Finds the one run that a text identifies.</summary>
    /// <exception cref="InvalidInputException">None or several; the message lists them.</exception>
    public LedgerEntry Load(string text) => Ledger.Load(ResolveId(text));

    /// <summary>Finds the id of the one ended run that a text identifies.</summary>
    /// <exception cref="InvalidInputException">None or several, which the message lists; or it is still running.</exception>
    public string ResolveId(string text) => Ledger.Find(text) switch
    {
        RunLookupResult.One { Run: { Status: RunStatus.Running } run } => throw new InvalidInputException($"{run.Id} ({run.Name}) is still running; its figures are available when it has ended."),
        RunLookupResult.One one => one.Run.Id,
        var other => throw new InvalidInputException(other.ToString()),
    };

    /// <summary>Computes the figures of a record with the current factors.</summary>
    public FootprintStatement Account(RunRecord record) =>
        _accountant.Account(record, FactorSelector.SelectFactors(record, Settings.OpenIntensities())).CreateStatement(_context.Time.GetUtcNow());
}
