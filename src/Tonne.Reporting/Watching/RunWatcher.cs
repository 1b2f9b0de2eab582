using Tonne.Accounting;
using Tonne.Grids;
using Tonne.Ledgers.RunFolders;
using Tonne.Recording.Attribution;
using Tonne.Runs;

namespace Tonne.Reporting.Watching;

/// <summary>Looks again and again at a run of a ledger that may still be recorded.</summary>
/// <remarks>A look reads the whole trace. For one thread at a time.</remarks>
/// <param name="folder">The folder of the run.</param>
/// <param name="time">The clock.</param>
/// <param name="intensities">Intensities by the hour, those with which its end will be accounted. Default: null, the annual mean.</param>
public sealed class RunWatcher(RunFolder folder, TimeProvider time, IIntensityHistory? intensities = null)
{
    readonly HolderProcessChecker _processes = new();

    // It keeps the draws of the factors, which stay the same from look to look.
    readonly Accountant _accountant = new();

    /// <summary>Accounts what the run has so far; a closed run as its newest statement does.</summary>
    /// <exception cref="Ledgers.LedgerUnavailableException">The folder cannot be read, or is gone.</exception>
    /// <exception cref="FormatException">Record or trace cannot be read.</exception>
    public (RunRecord Record, Footprint Footprint, bool IsRunning) Look()
    {
        var isRunning = !folder.IsClosed && folder.IsAlive(_processes, time.GetUtcNow());
        if (!folder.IsClosed)
        {
            var record = RecordBuilder.Build(folder.OpenTrace);
            return (record, _accountant.Account(record, FactorSelector.SelectFactors(record, intensities)), isRunning);
        }

        var entry = folder.ReadEntry();
        return (entry.Record, _accountant.Account(entry.Record, entry.Statements[^1].Factors), false);
    }
}
