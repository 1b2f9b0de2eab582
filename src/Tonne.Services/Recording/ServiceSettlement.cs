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
/// <param name="receiver">Receives the energy of the recording's own runs; null for nobody.</param>
sealed class ServiceSettlement(
    Ledger ledger, ServiceFolder folder, Func<string, ServedModelWork?> findWork, IServiceEnergyReceiver? receiver = null)
{
    readonly List<RequestEnergySum> _unwritten = [];

    /// <summary>Computes and stores the hours of a run that is recorded now.</summary>
    /// <returns>The hours.</returns>
    public ServiceSegment SettleOpen(RecordedRun run)
    {
        run.TakeSample();
        var (division, damaged) = CreateDivision(run.Opening, run.ElapsedNanoseconds);
        var (record, footprint) = run.AccountSoFar(Receive(division, run.Opening));
        receiver?.End(record, footprint, isFinal: false);
        TakeRequestEnergies(record, division);
        return Store(record, division, damaged, isFinal: false);
    }

    /// <summary>Computes and stores the hours of a run of this recording that has ended.</summary>
    /// <param name="id">The run.</param>
    /// <param name="isLast">Whether no other run follows it.</param>
    public void SettleEnded(string id, bool isLast = false) => SettleClosed(id, passesOn: true, isLast);

    /// <summary>Computes and stores the hours of a run that has ended.</summary>
    /// <returns>The hours; null if its trace is no longer there, or was thinned.</returns>
    public ServiceSegment? SettleClosed(string id) => SettleClosed(id, passesOn: false, isLast: false);

    ServiceSegment? SettleClosed(string id, bool passesOn, bool isLast)
    {
        var run = ledger.Home.GetRunFolder(id);
        if (!HasWholeTrace(run))
            return null;
        var known = run.ReadRecord();
        var (division, damaged) = CreateDivision(known.Opening, (long)Math.Round(known.DurationSeconds * 1e9));
        var record = RecordBuilder.Build(run.OpenTrace, passesOn ? Receive(division, known.Opening) : division.Add);
        if (passesOn && receiver is not null)
        {
            receiver.End(record, null, isFinal: true);
            if (isLast)
                receiver.Finish();
            TakeRequestEnergies(record, division);
        }

        return Store(record, division, damaged, isFinal: true);
    }

    Action<JobEnergySlice> Receive(ServiceDivision division, RunOpening opening)
    {
        if (receiver is null)
            return division.Add;
        receiver.Begin(opening);
        return slice =>
        {
            division.Add(slice);
            receiver.Add(slice);
        };
    }

    // They are kept as a look, so that hours which are computed again have them too. What cannot be written waits.
    void TakeRequestEnergies(RunRecord record, ServiceDivision division)
    {
        if (receiver is null)
            return;
        RequestEnergySum[] energies =
        [
            .. _unwritten.Concat(receiver.TakeRequestEnergies()).GroupBy(static sum => (sum.Hour, sum.Model))
                .Select(static group => new RequestEnergySum(group.Key.Hour, group.Key.Model, group.Select(static sum => sum.Energies)
                    .Aggregate(static (sum, next) => sum.Plus(next)))),
        ];
        if (energies.Length == 0)
            return;
        _unwritten.Clear();
        _unwritten.AddRange(energies);
        var end = Math.Max(1, (long)Math.Round(record.DurationSeconds * 1e9));
        folder.AppendLook(record.Opening.Id, new ServiceObservation { From = end, To = end, RequestEnergies = energies });
        _unwritten.Clear();
        division.Add(energies);
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

    (ServiceDivision Division, int DamagedLooks) CreateDivision(RunOpening opening, long end)
    {
        var (looks, damaged) = folder.ReadLooks(opening.Id);
        return (new ServiceDivision(opening.StartedAt, end, looks, findWork), damaged);
    }

    ServiceSegment Store(RunRecord record, ServiceDivision division, int damaged, bool isFinal)
    {
        var (hours, gaps) = division.Build();
        var (from, to) = (record.Opening.StartedAt, record.Opening.StartedAt.AddSeconds(record.DurationSeconds));
        // A kill may leave the last line cut; more than one is damage.
        if (damaged > 1)
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
