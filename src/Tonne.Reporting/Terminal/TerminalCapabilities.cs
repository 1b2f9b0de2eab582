using Tonne.Formatting;

namespace Tonne.Reporting.Terminal;

/// <summary>What the reader's terminal, file or pipe can show. Callers set it; nothing here reads the environment.</summary>
public sealed record TerminalCapabilities
{
    /// <summary>Columns to use, 40 to 200. Default 80.</summary>
    public int Width { get; init => field = Math.Clamp(value, 40, 200); } = 80;

    /// <summary>Whether colours and weights (ANSI SGR) may be used. Default no.</summary>
    public bool Colour { get; init; }

    /// <summary>Whether characters outside ASCII may be used for bars, dashes and curves. Default yes.</summary>
    public bool Unicode { get; init; } = true;

    internal string Dash => Unicode ? "–" : "-";

    internal string Dot => Unicode ? "·" : "|";

    internal string Arrow => Unicode ? "→" : "->";

    internal string Times => Unicode ? "×" : "x";

    /// <summary>Text as the screen can show it: itself, or ASCII with the same number of columns.</summary>
    internal string ToSupportedText(string text)
    {
        if (Unicode || text.All(char.IsAscii))
            return text;
        var shown = new System.Text.StringBuilder(text.Length);
        foreach (var rune in text.EnumerateRunes())
        {
            shown.Append(rune.IsAscii ? ((char)rune.Value).ToString() : rune.Value switch
            {
                StyledTextWriter.NoBreak => StyledTextWriter.NoBreak.ToString(),
                'µ' => "u",
                '·' => ".",
                '–' or '−' => "-",
                '×' => "x",
                '÷' or '╱' => "/",
                '│' => "|",
                '├' or '└' => "+",
                '─' => "-",
                'Σ' => "S",
                '²' => "2",
                '³' => "3",
                '…' => "~",
                _ => new string('?', TextSanitizer.CountColumns(rune.ToString())),
            });
        }

        return shown.ToString();
    }
}
