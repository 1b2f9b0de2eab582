using System.Collections.Immutable;
using Tonne.Lab.Collecting;

namespace Tonne.Lab.Featurizing;

/// <summary>
/// Converts clean rows to vectors: texts by <see cref="NGramHashing"/>, pictures as pixels or means of patches, numbers as they are.
/// </summary>
/// <remarks>
/// Rows are read one by one and not stored. Numbers are standardized later by <see cref="Standardization"/>, from the training part only.
/// </remarks>
sealed class Featurizer
{
    /// <summary>Creates a featurizer.</summary>
    /// <param name="hashing">Converts texts to vectors; null for 512 numbers.</param>
    /// <param name="patch">Side in pixels of the square patches of a picture that are averaged; 1 for each pixel.</param>
    public Featurizer(NGramHashing? hashing = null, int patch = 1)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(patch, 1);
        (Hashing, Patch) = (hashing ?? new(), patch);
    }

    /// <summary>Converts texts to vectors.</summary>
    public NGramHashing Hashing { get; }

    /// <summary>Side of a patch, pixels.</summary>
    public int Patch { get; }

    /// <summary>Creates the vectors.</summary>
    /// <param name="rows">Clean rows: all with a text, or all with the same number of numbers.</param>
    /// <exception cref="UnusableDataException">There are fewer than two rows or classes, or the rows are of different kinds.</exception>
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
            throw new UnusableDataException(labels.Count == 0 ? "There is no row to train on." : "There is only one row; training and testing need several of each class.");
        if (classes.Count < 2)
            throw new UnusableDataException($"All {labels.Count:N0} rows are labelled \"{classes.Keys.First()}\"; training needs at least two classes.");
        // Classes are in the order of their names, so that they do not depend on the order of rows.
        ImmutableArray<string> names = [.. classes.Keys.Order(StringComparer.Ordinal)];
        var places = classes.OrderBy(pair => pair.Value).Select(pair => names.BinarySearch(pair.Key, StringComparer.Ordinal)).ToArray();
        int[] placed = [.. labels.Select(label => places[label])];
        texts?.SetLabels(names, placed);
        numbers?.SetLabels(names, placed);
        return new(texts ?? (IExamples)numbers!, new(labels.Count, columns));
    }

    /// <summary>The numbers of one row that has no text.</summary>
    /// <param name="row">The row.</param>
    /// <returns>A copy of its numbers.</returns>
    public float[] GetNumbers(Row row) => row is GrayscaleImage picture && Patch > 1 ? picture.ComputePatchMeans(Patch) : row.Numbers.ToArray();
}
