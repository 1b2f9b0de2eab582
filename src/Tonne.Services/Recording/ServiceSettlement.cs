using System.Globalization;
using Tonne.Ledgers;
using Tonne.Ledgers.RunFolders;
using Tonne.Recording;
using Tonne.Recording.Attribution;
using Tonne.Runs;
using Tonne.Services.Requests;

namespace Tonne.Services.Recording;

/// <summary>Computes the hours of a service's runs from traces and looks: the same whenever it is done.</summary>
/// <param name="ledger">The ledger with the runs.</param>
/// <param name="folder">The service.</param>
/// <param name="findWork">The work of a model by its name; null if unknown.</param>
sealed class ServiceSettlement(Ledger ledger, ServiceFolder folder, Func<string, ServedModelWork?> findWork)
{
    /// <summary>Computes and stores the hours of a run that is recorded now.</summary>
    /// <returns>The hours.</returns>
    public ServiceSegment SettleOpen(RecordedRun run)
    {
        run.TakeSample();
        var division = CreateDivision(run.Opening, run.ElapsedNanoseconds);
        var (record, _) = run.AccountSoFar(division.Add);
        return Store(record, division, isFinal: false);
    }

    /// <summary>Computes and stores the hours of a run that has ended.</summary>
    /// <returns>The hours; null if its trace is no longer there, or was thinned.</returns>
    public ServiceSegment? SettleClosed(string id)
    {
        var run = ledger.Home.GetRunFolder(id);
        if (!HasWholeTrace(run))
            return null;
        var known = run.ReadRecord();
        var division = CreateDivision(known.Opening, (long)Math.Round(known.DurationSeconds * 1e9));
        return Store(RecordBuilder.Build(run.OpenTrace, division.Add), division, isFinal: true);
    }

    /// <summary>Settles what earlier recorders left.</summary>
    public void SettleLeft()
    {
        foreach (var id in folder.ListRuns())
        {
            if (folder.ReadSegment(id) is null or { IsFinal: false } && ledger.Home.GetRunFolder(id).IsClosed)
                SettleClosed(id);
        }
    }

    /// <summary>Thins traces and removes looks that are older than they are kept.</summary>
    public void Forget(DateTimeOffset before)
    {
        var runs = folder.ListRuns();
        // The newest has the state from which the next recorder goes on.
        foreach (var id in runs.SkipLast(1))
        {
            if (folder.ReadSegment(id) is not { IsFinal: true } segment || segment.To >= before)
                continue;
            if (HasWholeTrace(ledger.Home.GetRunFolder(id)) && ledger.Thin(id).Problem is not null)
                continue;
            folder.RemoveLooks(id);
        }
    }

    ServiceDivision CreateDivision(RunOpening opening, long end) =>
        new(opening.StartedAt, end, folder.ReadLooks(opening.Id, withStates: false).Looks, findWork);

    ServiceSegment Store(RunRecord record, ServiceDivision division, bool isFinal)
    {
        var (hours, gaps) = division.Build();
        var (from, to) = (record.Opening.StartedAt, record.Opening.StartedAt.AddSeconds(record.DurationSeconds));
        // A kill may leave the last line cut; more than one is damage.
        if (folder.ReadLooks(record.Opening.Id).Damaged is > 1 and var damaged)
            gaps = gaps.Add(new ServiceGap(from, to, string.Create(CultureInfo.InvariantCulture, $"{damaged} looks are damaged and not counted")));
        var segment = new ServiceSegment
        {
            Service = folder.Name,
            Run = record.Opening.Id,
            From = from,
            To = to,
            IsFinal = isFinal,
            Hours = hours,
            Gaps = gaps,
        };
        folder.WriteSegment(segment);
        return segment;
    }

    static bool HasWholeTrace(RunFolder run) => File.Exists(run.TracePath) && !File.Exists(run.ThinningNotePath);
}
