using Tonne.Lab.Featurizing;

namespace Tonne.Lab.DataSelection;

/// <summary>Rows in the order in which they are worth learning from, class by class.</summary>
/// <remarks>A share of the rows is that share of each class (largest remainder, at least one of each that there is), so that choosing does not change how often a class comes.</remarks>
public sealed class RowRanking
{
    readonly IExamples _examples;
    readonly int[][] _rowsByClass;

    /// <summary>An order by a score.</summary>
    /// <param name="examples">The rows.</param>
    /// <param name="scores">One for each row; the greatest come first, equals as they stand.</param>
    /// <param name="rows">Rows that may be chosen, for example the distinct ones.</param>
    internal RowRanking(IExamples examples, double[] scores, IEnumerable<int> rows)
    {
        _examples = examples;
        _rowsByClass = [.. Enumerable.Range(0, examples.Classes.Length).Select(_ => Array.Empty<int>())];
        foreach (var ofOne in rows.GroupBy(examples.GetLabel))
            _rowsByClass[ofOne.Key] = [.. ofOne.OrderByDescending(row => scores[row]).ThenBy(row => row)];
    }

    /// <summary>Rows that may be chosen.</summary>
    public int Count => _rowsByClass.Sum(rows => rows.Length);

    /// <summary>The first rows of the order.</summary>
    /// <param name="share">Share of all rows that there are, above 0, at most 1. If there are not as many to choose from, all that are.</param>
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
