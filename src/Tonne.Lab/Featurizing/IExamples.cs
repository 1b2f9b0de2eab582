using System.Collections.Immutable;

namespace Tonne.Lab.Featurizing;

/// <summary>Labelled rows of numbers, the input of a network: the result of featurizing.</summary>
/// <remarks>Rows are computed on demand, so that a million of them need not be in memory as floats. Thread safe for reading.</remarks>
public interface IExamples
{
    /// <summary>Number of rows.</summary>
    int Count { get; }

    /// <summary>Numbers in a row, for example 512.</summary>
    int Width { get; }

    /// <summary>Names of the classes; a label is an index into it.</summary>
    ImmutableArray<string> Classes { get; }

    /// <summary>The class of a row, 0 to <c>Classes.Length − 1</c>.</summary>
    /// <param name="row">0 to <see cref="Count"/> − 1.</param>
    int GetLabel(int row);

    /// <summary>Writes a row.</summary>
    /// <param name="row">0 to <see cref="Count"/> − 1.</param>
    /// <param name="to">Receives the row: <see cref="Width"/> numbers, all of which are written.</param>
    void CopyRow(int row, Span<float> to);
}
