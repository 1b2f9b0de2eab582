using System.Globalization;
using Tonne.Cli.Commands;

namespace Tonne.Cli.Planning;

/// <summary>A row of named values of a file.</summary>
/// <param name="File">Name of the file.</param>
/// <param name="Line">Its line.</param>
/// <param name="Values">Values by the lower-case name of their column.</param>
sealed record TableRow(string File, int Line, IReadOnlyDictionary<string, string> Values)
{
    /// <summary>Where the row is, for messages.</summary>
    public string Where => string.Create(CultureInfo.InvariantCulture, $"{File}, line {Line}");

    /// <summary>The value of the first of some columns that the row has; null if it has none.</summary>
    public string? Find(params ReadOnlySpan<string> columns)
    {
        foreach (var column in columns)
        {
            if (Values.TryGetValue(column, out var value))
                return value;
        }

        return null;
    }

    /// <summary>A number of the row; null if it has none.</summary>
    /// <exception cref="InvalidInputException">It is no finite number.</exception>
    public double? FindNumber(string column) => Find(column) is not { } text ? null
        : double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && double.IsFinite(number) ? number
        : throw new InvalidInputException($"{Where}: {column} '{text}' is not a number.");
}
