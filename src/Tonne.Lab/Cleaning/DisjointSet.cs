namespace Tonne.Lab.Cleaning;

/// <summary>Groups of rows that are linked, directly or through others.</summary>
sealed class DisjointSet
{
    readonly List<int> _parents = [];

    /// <summary>Number of rows.</summary>
    public int Count => _parents.Count;

    /// <summary>Adds a row without links.</summary>
    public void Add() => _parents.Add(_parents.Count);

    /// <summary>Links two rows.</summary>
    public void Union(int a, int b)
    {
        (a, b) = (FindRoot(a), FindRoot(b));
        // The earlier row represents the group, so that groups do not depend on the order of links.
        if (a != b)
            _parents[Math.Max(a, b)] = Math.Min(a, b);
    }

    /// <summary>For each row the first row of its group.</summary>
    public int[] GetGroups()
    {
        var groups = new int[_parents.Count];
        for (var row = 0; row < groups.Length; row++)
            groups[row] = FindRoot(row);
        return groups;
    }

    int FindRoot(int row)
    {
        while (_parents[row] != row)
            row = _parents[row] = _parents[_parents[row]];
        return row;
    }
}
