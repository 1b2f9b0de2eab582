using Tonne.Cli.Wrapping;
using Tonne.Reporting.Terminal;

namespace Tonne.Cli;

/// <summary>All that a command takes from outside: the clock, the streams, the environment, the folder.</summary>
/// <param name="Time">The clock.</param>
/// <param name="Out">Answers.</param>
/// <param name="Error">Talk: progress, warnings, summaries.</param>
/// <param name="Variable">Reads an environment variable.</param>
/// <param name="Folder">The current folder; empty where it was removed under us.</param>
/// <param name="OutTerminal">Whether answers go to a terminal.</param>
/// <param name="ErrorTerminal">Whether talk goes to a terminal.</param>
/// <param name="Width">Columns of the terminal, 80 if there is none.</param>
sealed record Surroundings(
    TimeProvider Time,
    TextWriter Out,
    TextWriter Error,
    Func<string, string?> Variable,
    string Folder,
    bool OutTerminal,
    bool ErrorTerminal,
    int Width)
{
    /// <summary>Colour is for terminals, unless NO_COLOR says no (no-color.org).</summary>
    public bool Colour(bool terminal) => terminal && Variable("NO_COLOR") is null or "" && Variable("TERM") is not "dumb";

    /// <summary>Whether the terminal writes more than ASCII.</summary>
    public bool Unicode => (Variable("LC_ALL") ?? Variable("LC_CTYPE") ?? Variable("LANG") ?? "C.UTF-8") is var locale
        && (locale.Length == 0 || locale.Contains("UTF", StringComparison.OrdinalIgnoreCase));

    /// <summary>What answers are drawn on.</summary>
    public Screen OutScreen => ScreenOf(OutTerminal);

    /// <summary>What talk is drawn on.</summary>
    public Screen ErrorScreen => ScreenOf(ErrorTerminal);

    Screen ScreenOf(bool terminal) => new() { Width = Width, Colour = Colour(terminal), Unicode = Unicode };

    public static Surroundings OfThisProcess() => new(
        TimeProvider.System,
        new StreamWriter(new DirectStream(1), new System.Text.UTF8Encoding(false)) { AutoFlush = false },
        new StreamWriter(new DirectStream(2), new System.Text.UTF8Encoding(false)) { AutoFlush = true },
        Environment.GetEnvironmentVariable,
        CurrentFolder(),
        !Console.IsOutputRedirected,
        !Console.IsErrorRedirected,
        TerminalWidth());

    static string CurrentFolder()
    {
        try
        {
            return Environment.CurrentDirectory;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }

    static int TerminalWidth()
    {
        if (Console.IsOutputRedirected && Console.IsErrorRedirected)
            return 80;
        Span<ushort> size = stackalloc ushort[4];
        foreach (var descriptor in (ReadOnlySpan<int>)[2, 1, 0])
        {
            if (NativeTerminal.GetSize(descriptor, 0x5413, size) == 0 && size[1] > 0)
                return size[1];
        }

        return 80;
    }
}
