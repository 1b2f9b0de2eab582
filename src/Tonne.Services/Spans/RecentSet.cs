namespace Tonne.Services.Spans;

/// <summary>The values that were added last: at least half of the capacity, at most all of it.</summary>
/// <param name="capacity">Most values that are kept.</param>
sealed class RecentSet<T>(int capacity)
    where T : struct
{
    HashSet<T> _newer = [];
    HashSet<T> _older = [];

    /// <summary>Whether a value was added and is kept still.</summary>
    public bool Contains(T value) => _newer.Contains(value) || _older.Contains(value);

    /// <summary>Adds a value.</summary>
    /// <returns>False if it is there already.</returns>
    public bool Add(T value)
    {
        if (Contains(value))
            return false;
        if (_newer.Count >= capacity / 2)
            (_older, _newer) = (_newer, []);
        return _newer.Add(value);
    }
}
