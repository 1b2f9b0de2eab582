using Tonne.Accounting;
using Tonne.Ledgers.RunFolders;
using Tonne.Quantities;
using Tonne.Recording.Attribution;
using Tonne.Recording.Traces;
using Tonne.Runs;
using Tonne.Tests;

namespace Tonne.Ledgers.Tests;

/// <summary>A ledger in a folder of its own, removed in the end, with a process table made by hand and a clock moved by hand.</summary>
sealed class TemporaryHome : IDisposable
{
    /// <summary>The boot and the process that holds a run begun here.</summary>
    public static readonly RunHolder Living = new("boot-1", 4321, 7_000);

    readonly string _folder = Directory.CreateTempSubdirectory("tonne-ledger-").FullName;

    public TemporaryHome()
    {
        Home = new LedgerHome(Path.Combine(_folder, "home"));
        Directory.CreateDirectory(Path.Combine(Proc, "sys/kernel/random"));
        File.WriteAllText(Path.Combine(Proc, "sys/kernel/random/boot_id"), "boot-1\n");
        Ledger = new Ledger(Home, Time, Said.Add, new HolderProcessChecker(Proc));
    }

    public HandTime Time { get; } = new(new DateTimeOffset(2026, 11, 22, 8, 0, 0, TimeSpan.Zero));

    public LedgerHome Home { get; }

    public Ledger Ledger { get; private set; }

    public List<string> Said { get; } = [];

    public string Proc => Path.Combine(_folder, "proc");

    public string Elsewhere(string name) => Path.Combine(_folder, name);

    /// <summary>Another instance on the same folder, as another process has.</summary>
    public Ledger Reopened() => Ledger = new Ledger(Home, Time, Said.Add, new HolderProcessChecker(Proc));

    /// <summary>Lets a process live. Layout of the line: proc(5).</summary>
    public void Live(RunHolder holder, string state = "S")
    {
        var folder = Path.Combine(Proc, holder.ProcessId.ToString(System.Globalization.CultureInfo.InvariantCulture));
        Directory.CreateDirectory(folder);
        File.WriteAllText(Path.Combine(folder, "stat"), $"{holder.ProcessId} (a) name (x) {state} 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 {holder.ProcessStart} 20 21\n");
    }

    /// <summary>Begins a run, writes its trace and ends it well.</summary>
    public LedgerEntry Complete(string id, Action<TraceWriter>? write = null, Func<RunOpening, RunOpening>? with = null)
    {
        var opening = SampleRun.Opening(id);
        using var run = Ledger.Begin(with?.Invoke(opening) ?? opening);
        (write ?? (trace => SampleRun.Write(trace)))(run.Trace);
        var record = RecordBuilder.Build(run.Folder.OpenTrace);
        var statement = SampleRun.Account(record);
        run.Finish(record, statement);
        return new LedgerEntry(record, [statement]);
    }

    /// <summary>Begins a run and leaves it as kill -9 would, before its ending.</summary>
    public RunFolder Kill(string id, Action<TraceWriter>? write = null)
    {
        using var run = Ledger.Begin(SampleRun.Opening(id));
        (write ?? (trace => SampleRun.Write(trace, ending: false)))(run.Trace);
        return run.Folder;
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    public static Warning? FindWarning(RunRecord record, string code) => record.Warnings.FirstOrDefault(warning => warning.Code == code);
}
