using System.Collections.Immutable;

namespace Tonne.Lab.Featurizing;

/// <summary>Rows of numbers as they were read.</summary>
sealed class NumericExamples(int width) : IExamples
{
    readonly List<float[]> _rows = [];
    int[] _labels = [];

    public int Count => _rows.Count;

    public int Width => width;

    public ImmutableArray<string> Classes { get; private set; } = [];

    public int GetLabel(int row) => _labels[row];

    public void CopyRow(int row, Span<float> to) => _rows[row].CopyTo(to);

    public void Add(float[] row) => _rows.Add(row);

    public void SetLabels(ImmutableArray<string> classes, int[] labels) => (Classes, _labels) = (classes, labels);
}
