using Tonne.Lab.Featurizing;

namespace Tonne.Lab.DataSelection;

/// <summary>Orders rows by how much is learned from them, class by class.</summary>
/// <remarks>
/// A share of the rows is that share of each class (largest remainder, at least one of each class present), so that the frequencies of the
/// classes do not change.
/// </remarks>
sealed class RowRanking
{
    readonly IExamples _examples;
    readonly int[][] _rowsByClass;

    /// <summary>Creates an order by a score.</summary>
    /// <param name="examples">The rows.</param>
    /// <param name="scores">The score of each row; rows with larger scores come first, rows with equal scores keep their order.</param>
    /// <param name="rows">Rows that may be chosen, for example the distinct ones.</param>
    internal RowRanking(IExamples examples, double[] scores, IEnumerable<int> rows)
    {
        _examples = examples;
        _rowsByClass = [.. Enumerable.Range(0, examples.Classes.Length).Select(_ => Array.Empty<int>())];
        foreach (var ofOne in rows.GroupBy(examples.GetLabel))
            _rowsByClass[ofOne.Key] = [.. ofOne.OrderByDescending(row => scores[row]).ThenBy(row => row)];
    }

    /// <summary>Number of rows that may be chosen.</summary>
    public int Count => _rowsByClass.Sum(rows => rows.Length);

    /// <summary>Returns the first rows of the order.</summary>
    /// <param name="share">Share of all rows, above 0, at most 1. If fewer rows may be chosen, all of them are returned.</param>
    public ExampleSubset Take(double share)
    {
        if (share is not (> 0 and <= 1))
            throw new ArgumentOutOfRangeException(nameof(share), share, "A share above 0 and at most 1 is needed.");
        var wanted = Math.Min(Count, (int)Math.Ceiling(share * _examples.Count));
        var exact = _rowsByClass.Select(rows => rows.Length * (double)wanted / Count).ToArray();
        var quotas = exact.Select((quota, label) => Math.Min(_rowsByClass[label].Length, Math.Max(_rowsByClass[label].Length > 0 ? 1 : 0, (int)quota))).ToArray();
        foreach (var label in Enumerable.Range(0, quotas.Length).OrderByDescending(label => exact[label] - Math.Floor(exact[label])).ThenBy(label => label))
        {
            if (quotas.Sum() < wanted && quotas[label] < _rowsByClass[label].Length)
                quotas[label]++;
        }

        return new ExampleSubset(_examples, [.. quotas.SelectMany((quota, label) => _rowsByClass[label].Take(quota)).Order()]);
    }
}
