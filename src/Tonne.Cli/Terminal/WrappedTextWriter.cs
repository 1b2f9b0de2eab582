using Tonne.Formatting;

namespace Tonne.Cli.Terminal;

/// <summary>Prose for a person: on a terminal broken between words, what follows hanging under the text; in a pipe or a file one line each. Whatever comes from outside is made safe to print.</summary>
sealed class WrappedTextWriter(CommandContext context)
{
    const int Narrowest = 24;

    readonly int? _columns = context.IsOutTerminal ? context.Width : null;
    readonly bool _colour = context.UsesColour(context.IsOutTerminal);

    /// <summary>Writes an empty line.</summary>
    public void WriteBlankLine() => context.Out.WriteLine();

    /// <summary>Writes a heading.</summary>
    public void WriteHeading(string text) => context.Out.WriteLine(_colour ? $"\e[1m{text}\e[0m" : text);

    /// <summary>Writes a line that users copy: it is never broken.</summary>
    public void WriteVerbatim(string indent, string text)
    {
        foreach (var line in text.Split('\n'))
            context.Out.WriteLine(indent + line.TrimEnd('\r'));
    }

    /// <summary>Writes text behind a label.</summary>
    /// <param name="label">Label with its margin; as wide as it stands in the first line.</param>
    /// <param name="text">The text.</param>
    /// <param name="strength">SGR parameters of the label on a terminal that has colours; null for none.</param>
    public void WriteLabelled(string label, string text, string? strength = null)
    {
        var rest = TextSanitizer.ToOneLine(text);
        var shown = _colour && strength is not null ? $"\e[{strength}m{label}\e[0m" : label;
        if (_columns is not { } columns || columns - label.Length < Narrowest)
        {
            context.Out.WriteLine((shown + rest).TrimEnd());
            return;
        }

        var (room, prefix) = (columns - label.Length, shown);
        while (TextSanitizer.CountColumns(rest) > room)
        {
            var at = rest.LastIndexOf(' ', Math.Min(room, rest.Length - 1));
            if (at <= 0)
            {
                // A path longer than the line is not broken, so that it can be copied.
                at = rest.IndexOf(' ');
                if (at < 0)
                    break;
            }

            context.Out.WriteLine(prefix + rest[..at]);
            (rest, prefix) = (rest[(at + 1)..], new string(' ', label.Length));
        }

        context.Out.WriteLine((prefix + rest).TrimEnd());
    }
}
