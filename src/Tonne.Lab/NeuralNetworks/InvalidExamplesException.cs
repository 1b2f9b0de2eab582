using Tonne.Lab.Featurizing;

namespace Tonne.Lab.NeuralNetworks;

/// <summary>Examples that a network cannot take: of the wrong width, empty, of one class, or with numbers that are none. The message says which.</summary>
/// <param name="message">What is wrong, and where.</param>
public sealed class InvalidExamplesException(string message) : Exception(message)
{
    internal static InvalidExamplesException CreateNotFinite(IExamples examples, int row)
    {
        var values = new float[examples.Width];
        examples.CopyRow(row, values);
        var column = Array.FindIndex(values, value => !float.IsFinite(value));
        return column < 0
            ? new($"Row {row} (from 0) holds numbers too large to be scaled.")
            : new($"Row {row}, column {column} (from 0) holds {values[column]}, which is no number to train on.");
    }
}
