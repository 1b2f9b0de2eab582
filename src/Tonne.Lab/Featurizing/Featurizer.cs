using System.Collections.Immutable;
using Tonne.Lab.Collecting;

namespace Tonne.Lab.Featurizing;

/// <summary>Makes vectors of clean rows: texts by <see cref="NGramHashing"/>, pictures as pixels or means of patches, numbers as they are.</summary>
/// <remarks>Rows are taken one by one and not kept. Numbers are put on one scale later by <see cref="Standardization"/>, from the training part only.</remarks>
public sealed class Featurizer
{
    /// <summary>A featurizer.</summary>
    /// <param name="hashing">How texts become vectors; null for 512 numbers.</param>
    /// <param name="patch">Side of the square patches of a picture of which the mean is taken, pixels; 1 for each pixel.</param>
    public Featurizer(NGramHashing? hashing = null, int patch = 1)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(patch, 1);
        (Hashing, Patch) = (hashing ?? new(), patch);
    }

    /// <summary>How texts become vectors.</summary>
    public NGramHashing Hashing { get; }

    /// <summary>Side of a patch, pixels.</summary>
    public int Patch { get; }

    /// <summary>Makes the vectors.</summary>
    /// <param name="rows">Clean rows: all with a text, or all with the same number of numbers.</param>
    /// <exception cref="UnusableDataException">There are less than two rows or less than two classes; or the rows are of different kinds.</exception>
    public FeaturizationResult Featurize(IEnumerable<Row> rows)
    {
        HashedTextExamples? texts = null;
        NumericExamples? numbers = null;
        List<int> labels = [];
        Dictionary<string, int> classes = [];
        var columns = 0;
        foreach (var row in rows)
        {
            if (labels.Count == 0)
            {
                if (row.Text.Length > 0)
                    texts = new(Hashing);
                else
                    numbers = new(GetNumbers(row).Length);
            }
            if (texts is not null && row.Text.Length > 0)
                texts.Add(row.Text);
            else if (numbers is not null && GetNumbers(row) is var made && made.Length == numbers.Width && made.Length > 0)
                numbers.Add(made);
            else
                throw new UnusableDataException($"Row {labels.Count + 1} is of another kind or width than the first.");
            if (!classes.TryGetValue(row.Label, out var label))
                classes.Add(row.Label, label = classes.Count);
            labels.Add(label);
            columns = Math.Max(columns, row.Columns);
        }

        if (labels.Count < 2)
            throw new UnusableDataException(labels.Count == 0 ? "There is no row to learn from." : "There is one row only; to learn and to check what was learned takes several of each class.");
        if (classes.Count < 2)
            throw new UnusableDataException($"All {labels.Count:N0} rows are labelled \"{classes.Keys.First()}\"; with one class there is nothing to learn.");
        // Classes stand in the order of their names, so that they do not depend on the order of rows.
        ImmutableArray<string> names = [.. classes.Keys.Order(StringComparer.Ordinal)];
        var places = classes.OrderBy(pair => pair.Value).Select(pair => names.BinarySearch(pair.Key, StringComparer.Ordinal)).ToArray();
        int[] placed = [.. labels.Select(label => places[label])];
        texts?.SetLabels(names, placed);
        numbers?.SetLabels(names, placed);
        return new(texts ?? (IExamples)numbers!, new(labels.Count, columns));
    }

    /// <summary>The numbers of one row that has no text.</summary>
    /// <param name="row">The row.</param>
    /// <returns>A copy.</returns>
    public float[] GetNumbers(Row row) => row is GrayscaleImage picture && Patch > 1 ? picture.ComputePatchMeans(Patch) : row.Numbers.ToArray();
}
