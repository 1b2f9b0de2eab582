using System.Text;

namespace Tonne.Cli.Wrapping;

/// <summary>Writes arguments as the one text that a program of Windows gets.</summary>
static class WindowsCommandLine
{
    /// <summary>Joins arguments so that the runtime of C splits them into the same ones.</summary>
    /// <remarks>
    /// Source: Microsoft, Parsing C command-line arguments: 2n backslashes before a quotation mark are n, and the mark delimits; 2n + 1
    /// are n and a mark; all others are themselves.
    /// The interpreter <c>cmd</c> reads its text otherwise: one argument after <c>/c</c> is its text as it is.
    /// </remarks>
    /// <param name="arguments">The program and its arguments.</param>
    internal static string Join(IReadOnlyList<string> arguments)
    {
        var text = new StringBuilder();
        var isInterpreter = Path.GetFileNameWithoutExtension(arguments[0]).Equals("cmd", StringComparison.OrdinalIgnoreCase);
        for (var i = 0; i < arguments.Count; i++)
        {
            if (i > 0)
                text.Append(' ');
            if (isInterpreter && i > 1 && i == arguments.Count - 1
                && (arguments[i - 1].Equals("/c", StringComparison.OrdinalIgnoreCase)
                || arguments[i - 1].Equals("/k", StringComparison.OrdinalIgnoreCase)))
                text.Append(arguments[i]);
            else
                AppendQuoted(text, arguments[i]);
        }

        return text.ToString();
    }

    static void AppendQuoted(StringBuilder text, string argument)
    {
        if (argument.Length > 0 && !argument.AsSpan().ContainsAny(" \t\n\v\""))
        {
            text.Append(argument);
            return;
        }

        text.Append('"');
        var backslashes = 0;
        foreach (var character in argument)
        {
            if (character == '"')
                text.Append('\\', backslashes + 1);
            backslashes = character == '\\' ? backslashes + 1 : 0;
            text.Append(character);
        }

        text.Append('\\', backslashes).Append('"');
    }
}
