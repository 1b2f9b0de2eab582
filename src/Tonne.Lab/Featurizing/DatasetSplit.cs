using Tonne.Lab.Collecting;

namespace Tonne.Lab.Featurizing;

/// <summary>Examples in three parts: training, validation and test.</summary>
/// <remarks>
/// Rows of one group (near duplicates, and one message in several languages) are all in one part, so nothing leaks. Groups are assigned one
/// after the other, large ones first and equal ones in a seeded order. Each goes to the part that is then the least full for the classes of
/// the group, so that each class is spread over the parts as far as the groups allow.
/// </remarks>
sealed record DatasetSplit
{
    DatasetSplit(ExampleSubset training, ExampleSubset validation, ExampleSubset test, ulong seed) => (Training, Validation, Test, Seed) = (training, validation, test, seed);

    /// <summary>Training part, 80 % by default.</summary>
    public ExampleSubset Training { get; }

    /// <summary>Validation part, 10 % by default.</summary>
    public ExampleSubset Validation { get; }

    /// <summary>Test part, the rest.</summary>
    public ExampleSubset Test { get; }

    /// <summary>The seed.</summary>
    public ulong Seed { get; }

    /// <summary>Splits examples.</summary>
    /// <param name="examples">All examples.</param>
    /// <param name="groups">A group's number for each row, as <c>Cleaner.Groups</c> gives them; null if each row is its own group.</param>
    /// <param name="seed">Any number; the same seed gives the same split.</param>
    /// <param name="training">Share of the training part, between 0 and 1.</param>
    /// <param name="validation">Share of the validation part, between 0 and 1 − <paramref name="training"/>.</param>
    /// <exception cref="UnusableDataException">There are too few rows, or too few groups, for three parts.</exception>
    public static DatasetSplit Create(IExamples examples, int[]? groups, ulong seed, double training = 0.8, double validation = 0.1)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(training);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(validation);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(training + validation, 1);
        if (groups is not null && groups.Length != examples.Count)
            throw new ArgumentException($"{groups.Length} groups are not {examples.Count} rows.", nameof(groups));

        var totals = new int[examples.Classes.Length];
        for (var row = 0; row < examples.Count; row++)
            totals[examples.GetLabel(row)]++;
        double[] shares = [training, validation, 1 - training - validation];
        int[][] filled = [new int[totals.Length], new int[totals.Length], new int[totals.Length]];
        List<int>[] parts = [[], [], []];
        var counts = new int[totals.Length];
        foreach (var group in OrderGroups(examples.Count, groups, seed))
        {
            Array.Clear(counts);
            foreach (var row in group)
                counts[examples.GetLabel(row)]++;
            var part = FindLeastFull(counts, totals, shares, filled);
            parts[part].AddRange(group);
            foreach (var row in group)
                filled[part][examples.GetLabel(row)]++;
        }
        if (parts.Any(part => part.Count == 0))
            throw new UnusableDataException($"{examples.Count:N0} rows in {(groups is null ? examples.Count : groups.Distinct().Count()):N0} groups are too few for three parts: {parts[0].Count} for training, {parts[1].Count} for validation, {parts[2].Count} for testing.");
        foreach (var part in parts)
            part.Sort();
        return new(new(examples, [.. parts[0]]), new(examples, [.. parts[1]]), new(examples, [.. parts[2]]), seed);
    }

    static IEnumerable<ArraySegment<int>> OrderGroups(int rows, int[]? groups, ulong seed)
    {
        var order = new int[rows];
        for (var row = 0; row < rows; row++)
            order[row] = row;
        var sizes = new int[rows];
        if (groups is not null)
        {
            // Groups are numbered by their first rows, independent of the numbers they were given.
            Dictionary<int, int> first = [];
            groups = [.. groups.Select((group, row) => first.TryAdd(group, row) ? row : first[group])];
            foreach (var group in groups)
                sizes[group]++;
        }
        var keys = new (int Size, ulong Draw, int Row)[rows];
        for (var row = 0; row < rows; row++)
        {
            var group = groups?[row] ?? row;
            keys[row] = (-sizes[group], SplitMix64.Mix(SplitMix64.Mix(seed) ^ (ulong)group), row);
        }
        Array.Sort(keys, order);
        for (var start = 0; start < rows;)
        {
            var end = start + 1;
            while (groups is not null && end < rows && groups[order[end]] == groups[order[start]])
                end++;
            yield return new(order, start, end - start);
            start = end;
        }
    }

    static int FindLeastFull(int[] counts, int[] totals, double[] shares, int[][] filled)
    {
        var (best, most) = (0, double.NegativeInfinity);
        for (var part = 0; part < shares.Length; part++)
        {
            var room = 0.0;
            for (var label = 0; label < counts.Length; label++)
            {
                if (counts[label] > 0)
                    room += counts[label] * (1 - (filled[part][label] + counts[label]) / (shares[part] * totals[label]));
            }
            // A tie by rounding goes to the earlier part.
            if (room > most + 1e-9)
                (best, most) = (part, room);
        }
        return best;
    }
}
