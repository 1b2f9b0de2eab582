using Tonne.Lab.Featurizing;

namespace Tonne.Lab.NeuralNetworks;

/// <summary>
/// Thrown for examples that a network cannot use: of the wrong width, empty, of one class, or with values that are not numbers. The message
/// says which.
/// </summary>
/// <param name="message">What is wrong, and where.</param>
public sealed class InvalidExamplesException(string message) : Exception(message)
{
    internal static InvalidExamplesException CreateNotFinite(IExamples examples, int row)
    {
        var values = new float[examples.Width];
        examples.CopyRow(row, values);
        var column = Array.FindIndex(values, value => !float.IsFinite(value));
        return column < 0
            ? new($"Row {row} (from 0) has numbers too large to be scaled.")
            : new($"Row {row}, column {column} (from 0) is {values[column]}, which cannot be used for training.");
    }
}
