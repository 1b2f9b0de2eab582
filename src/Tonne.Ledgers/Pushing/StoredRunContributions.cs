using Tonne.Ledgers.Indexing;
using Tonne.Ledgers.Totals;

namespace Tonne.Ledgers.Pushing;

/// <summary>Finds what each run of a store adds to a total of all, by the rules of <see cref="Ledger.Total"/>, so that sums over runs count
/// each joule once.</summary>
public sealed class StoredRunContributions
{
    readonly List<CountedRun> _runs = [];
    readonly CountedRunCodec.TextCache _texts = new();

    /// <summary>Adds a run. What a run adds depends on the runs that overlap it, so these are added too.</summary>
    /// <param name="counted">What <see cref="StoredRun.WriteCounted"/> has written.</param>
    /// <returns>False if the bytes were changed; then nothing is added.</returns>
    public bool TryAdd(ReadOnlySpan<byte> counted)
    {
        if (CountedRunCodec.Read(counted, _texts, withTags: false) is not { } run)
            return false;
        _runs.Add(run);
        return true;
    }

    /// <summary>Adds a run.</summary>
    /// <param name="run">Its summary.</param>
    public void Add(RunSummary run) => _runs.Add(CountedRun.From(run));

    /// <summary>The contributions by id. A run that is not in it adds nothing: another one includes its energy, or it has no
    /// figures.</summary>
    public IReadOnlyDictionary<string, RunContribution> Build()
    {
        _runs.Sort(static (a, b) => string.CompareOrdinal(a.Id, b.Id));
        var withFigures = _runs.FindAll(static run => run.HasFigures);
        var included = IncludedRuns.Find(withFigures);
        var outermost = withFigures.FindAll(run => !included.ContainsKey(run.Id));
        var remainders = NodeRemainders.Find(outermost).Remainders;
        var found = new Dictionary<string, RunContribution>(StringComparer.Ordinal);
        foreach (var run in outermost)
        {
            var left = remainders.GetValueOrDefault(run.Id, run);
            found[run.Id] = new RunContribution
            {
                StartedAt = run.Start,
                Machine = run.Node ?? run.BootId,
                Account = run.Account,
                Status = run.Status,
                Energy = left.Energy,
                EnergyShare = run.Energy.Best > 0 ? Math.Clamp(left.Energy.Best / run.Energy.Best, 0, 1) : 1,
                FacilityEnergy = left.FacilityEnergy,
                Operational = left.Operational,
                Embodied = left.Embodied,
                Emissions = left.Emissions,
            };
        }

        return found;
    }
}
