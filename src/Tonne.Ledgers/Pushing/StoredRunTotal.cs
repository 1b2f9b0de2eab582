using Tonne.Ledgers.Indexing;
using Tonne.Ledgers.Totals;

namespace Tonne.Ledgers.Pushing;

/// <summary>Adds up runs of a store, each joule once, as <see cref="Ledger.Total"/> does with the runs of folders.</summary>
/// <param name="query">What is counted, and the groups.</param>
public sealed class StoredRunTotal(TotalQuery query) : IDisposable
{
    // Below, collecting costs less than holding memory ready for it.
    const int ManyRuns = 4096;
    const long BytesForMany = 130_000_000;

    readonly List<CountedRun> _runs = [];
    readonly CountedRunCodec.TextCache _texts = new();
    CollectionPause _pause;

    /// <summary>Adds a run. A run counts by what is known of the others, so all that overlap the asked time in part are added
    /// too.</summary>
    /// <param name="counted">What <see cref="StoredRun.WriteCounted"/> has written.</param>
    /// <returns>False if the bytes were changed; then nothing is added.</returns>
    public bool TryAdd(ReadOnlySpan<byte> counted)
    {
        if (CountedRunCodec.Read(counted, _texts, query.NeedsTags) is not { } run)
            return false;
        _runs.Add(run);
        // All that is read from here on is kept until the end, so collecting meanwhile only moves it about.
        if (_runs.Count == ManyRuns)
            _pause = CollectionPause.Start(BytesForMany);
        return true;
    }

    /// <summary>Adds a run.</summary>
    /// <param name="run">Its summary.</param>
    public void Add(RunSummary run) => _runs.Add(CountedRun.From(run));

    /// <summary>The total of all that was added.</summary>
    public LedgerTotal Build()
    {
        // Where two runs include the same one, the order decides which of them is named.
        _runs.Sort(static (a, b) => string.CompareOrdinal(a.Id, b.Id));
        return new TotalBuilder(query).Build(_runs);
    }

    /// <summary>Lets memory be collected again.</summary>
    public void Dispose()
    {
        _pause.Dispose();
        _pause = default;
    }
}
