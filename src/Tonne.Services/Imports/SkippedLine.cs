using System.Globalization;

namespace Tonne.Services.Imports;

/// <summary>A line that was not counted. It has no text of the line.</summary>
/// <param name="File">Name of the file, without its folder.</param>
/// <param name="Line">Number of the line, from 1; 0 for the whole file.</param>
/// <param name="Reason">Why.</param>
public sealed record SkippedLine(string File, long Line, SkipReason Reason)
{
    /// <summary>Formats file, line and reason.</summary>
    public override string ToString() =>
        (Line > 0 ? string.Create(CultureInfo.InvariantCulture, $"{File}, line {Line}: ") : File + ": ") + Reason switch
        {
            SkipReason.NotJson => "not JSON",
            SkipReason.TooLong => "longer than 32 MiB",
            SkipReason.MissingField => "a reply without its id, time or tokens",
            SkipReason.WrongValue => "a field of a reply has a value that cannot be",
            SkipReason.MissingColumn => "a column is missing",
            _ => "cannot be read",
        };
}
