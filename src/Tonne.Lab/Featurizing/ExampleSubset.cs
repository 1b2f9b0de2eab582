using System.Collections.Immutable;

namespace Tonne.Lab.Featurizing;

/// <summary>Some of the examples, in a given order.</summary>
/// <param name="all">All examples.</param>
/// <param name="rows">Rows of them.</param>
sealed class ExampleSubset(IExamples all, ImmutableArray<int> rows) : IExamples
{
    /// <summary>Row of all examples for each row here.</summary>
    public ImmutableArray<int> Rows => rows;

    /// <inheritdoc/>
    public int Count => rows.Length;

    /// <inheritdoc/>
    public int Width => all.Width;

    /// <inheritdoc/>
    public ImmutableArray<string> Classes => all.Classes;

    /// <inheritdoc/>
    public int GetLabel(int row) => all.GetLabel(rows[row]);

    /// <inheritdoc/>
    public void CopyRow(int row, Span<float> to) => all.CopyRow(rows[row], to);
}
