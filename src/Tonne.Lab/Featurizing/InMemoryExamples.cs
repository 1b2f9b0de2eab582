using System.Collections.Immutable;

namespace Tonne.Lab.Featurizing;

/// <summary>Examples in memory.</summary>
public sealed class InMemoryExamples : IExamples
{
    readonly float[] _values;
    readonly int[] _labels;

    /// <summary>Creates a table of examples.</summary>
    /// <param name="width">Numbers in a row, at least 1.</param>
    /// <param name="classes">Names of the classes.</param>
    /// <param name="values">Row after row.</param>
    /// <param name="labels">A class for each row.</param>
    /// <exception cref="ArgumentException">Values and labels do not match, or a label is not a class.</exception>
    public InMemoryExamples(int width, ImmutableArray<string> classes, float[] values, int[] labels)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(width, 1);
        if (values.Length != (long)labels.Length * width)
            throw new ArgumentException($"{values.Length} values are not {labels.Length} rows of {width}.", nameof(values));
        if (labels.Any(label => label < 0 || label >= classes.Length))
            throw new ArgumentException($"A label is outside 0 to {classes.Length - 1}.", nameof(labels));
        (Width, Classes, _values, _labels) = (width, classes, values, labels);
    }

    /// <inheritdoc/>
    public int Count => _labels.Length;

    /// <inheritdoc/>
    public int Width { get; }

    /// <inheritdoc/>
    public ImmutableArray<string> Classes { get; }

    /// <inheritdoc/>
    public int GetLabel(int row) => _labels[row];

    /// <inheritdoc/>
    public void CopyRow(int row, Span<float> to) => _values.AsSpan(row * Width, Width).CopyTo(to);
}
