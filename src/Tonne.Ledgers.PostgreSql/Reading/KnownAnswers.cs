namespace Tonne.Ledgers.PostgreSql.Reading;

/// <summary>Answers that took long, kept for a time in proportion to it: 2 s, or 20 times as long as it took. Safe for use from several
/// threads.</summary>
/// <param name="time">The clock.</param>
/// <param name="most">Most answers that are kept; the oldest are forgotten.</param>
sealed class KnownAnswers<T>(TimeProvider time, int most)
{
    const int CostShare = 20;
    static readonly TimeSpan _leastFresh = TimeSpan.FromSeconds(2);

    readonly Lock _lock = new();
    readonly Dictionary<string, Known> _known = new(StringComparer.Ordinal);
    readonly HashSet<string> _running = new(StringComparer.Ordinal);

    /// <summary>The answer to a question.</summary>
    /// <param name="question">The question.</param>
    /// <param name="compute">Computes the answer.</param>
    /// <param name="isOldOneTaken">Whether one that is too old is answered, while a new one is computed beside it.</param>
    public T Get(string question, Func<T> compute, bool isOldOneTaken = false)
    {
        Known? known;
        lock (_lock)
        {
            known = _known.GetValueOrDefault(question);
            if (known is not null && time.GetElapsedTime(known.At) < known.FreshFor)
                return known.Answer;
            if (known is not null && isOldOneTaken && !_running.Add(question))
                return known.Answer;
        }

        if (known is null || !isOldOneTaken)
            return Compute(question, compute);
        _ = Task.Run(() =>
        {
            try
            {
                Compute(question, compute);
            }
            catch (LedgerUnavailableException)
            {
                // The next one that asks tries again.
            }
            finally
            {
                lock (_lock)
                    _running.Remove(question);
            }
        });
        return known.Answer;
    }

    T Compute(string question, Func<T> compute)
    {
        var began = time.GetTimestamp();
        var answer = compute();
        var ended = time.GetTimestamp();
        var cost = CostShare * time.GetElapsedTime(began, ended);
        lock (_lock)
        {
            if (_known.Count >= most && !_known.ContainsKey(question))
                _known.Remove(_known.MinBy(static known => known.Value.At).Key);
            _known[question] = new Known(answer, ended, cost > _leastFresh ? cost : _leastFresh);
        }

        return answer;
    }

    sealed record Known(T Answer, long At, TimeSpan FreshFor);
}
