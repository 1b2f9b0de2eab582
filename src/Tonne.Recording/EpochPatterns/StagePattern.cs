using System.Text.RegularExpressions;
using Tonne.Recording.Marks;
using Tonne.Runs;

namespace Tonne.Recording.EpochPatterns;

/// <summary>A pattern of lines in a program's output that begin a stage.</summary>
public sealed class StagePattern
{
    /// <summary>Example of an expression.</summary>
    public const string Example = @"'^== (?<stage>\w+)( (?<in>\d+x\d+))?'";

    readonly Regex _expression;

    StagePattern(Regex expression) => _expression = expression;

    /// <summary>Reads a regular expression with a group <c>stage</c>, and groups <c>in</c> and <c>out</c> for shapes if wanted.</summary>
    /// <exception cref="FormatException">The text is not such an expression; the message has the position of the error and an
    /// example.</exception>
    public static StagePattern Parse(string text) => new(UserRegex.Build(text, "stage", Example));

    internal Mark? Match(string line, long timestamp)
    {
        if (_expression.Match(line) is not { Success: true } match)
            return null;
        var name = match.Groups["stage"].Value.Trim();
        if (name.Length is 0 or > MarkLine.MaxNameLength || name == StageRecord.Outside)
            return null;
        return new Mark(MarkKind.Stage, timestamp, Name: name, DataIn: ShapeIn("in"), DataOut: ShapeIn("out"), Origin: MarkOrigin.Pattern);

        DataShape? ShapeIn(string group) => DataShape.TryParse(match.Groups[group].Value, out var shape) ? shape : null;
    }
}
