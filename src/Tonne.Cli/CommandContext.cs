using Tonne.Cli.Running;
using Tonne.Cli.Wrapping;
using Tonne.Instruments.MacAndWindows;
using Tonne.Reporting.Terminal;

namespace Tonne.Cli;

/// <summary>All that a command takes from outside: the clock, the streams, the environment, the folder.</summary>
/// <param name="Time">The clock.</param>
/// <param name="Out">Standard output: results.</param>
/// <param name="Error">Standard error: progress, warnings, summaries.</param>
/// <param name="GetVariable">Reads an environment variable.</param>
/// <param name="CurrentDirectory">The current folder; empty if it was removed.</param>
/// <param name="IsOutTerminal">Whether standard output is a terminal.</param>
/// <param name="IsErrorTerminal">Whether standard error is a terminal.</param>
/// <param name="Width">Columns of the terminal, 80 if there is none.</param>
sealed record CommandContext(
    TimeProvider Time,
    TextWriter Out,
    TextWriter Error,
    Func<string, string?> GetVariable,
    string CurrentDirectory,
    bool IsOutTerminal,
    bool IsErrorTerminal,
    int Width)
{
    /// <summary>The configuration that a privileged process reads instead of the environment and its folder; null if it is not privileged.</summary>
    public Configuration.RootConfiguration? Root { get; init; }

    /// <summary>
    /// The context of a privileged process: of the environment it sees nothing that configures tonne, and it has no current folder, so that neither a job's
    /// variables nor its files decide what root does.
    /// </summary>
    /// <param name="root">What it reads instead.</param>
    public CommandContext Restrict(Configuration.RootConfiguration root) => this with
    {
        Root = root,
        CurrentDirectory = "",
        GetVariable = name => Configuration.RootConfiguration.Allows(name) ? GetVariable(name) : null,
    };

    /// <summary>Replaces this process by a program with variables added to its environment; returns an exit code if it cannot. Default: it cannot.</summary>
    public Func<IReadOnlyList<string>, IReadOnlyDictionary<string, string>, int> ReplaceProcess { get; init; } = static (_, _) => Commands.CommandLine.Failure;

    /// <summary>Opens standard input. Default: that of this process; nothing where it is a terminal, for which nobody should wait.</summary>
    public Func<Stream> OpenInput { get; init; } = static () => Console.IsInputRedirected ? Console.OpenStandardInput() : Stream.Null;

    /// <summary>The system that commands run on and that is read, if it is not Linux. Default: the running one; null on Linux.</summary>
    public HostSystem? HostSystem { get; init; } = Instruments.MacAndWindows.HostSystem.Current;

    /// <summary>Whether to use colours: on a terminal, unless NO_COLOR is set (no-color.org).</summary>
    public bool UsesColour(bool terminal) => terminal && GetVariable("NO_COLOR") is null or "" && GetVariable("TERM") is not "dumb";

    /// <summary>Whether the terminal writes more than ASCII.</summary>
    public bool Unicode => (GetVariable("LC_ALL") ?? GetVariable("LC_CTYPE") ?? GetVariable("LANG") ?? "C.UTF-8") is var locale
        && (locale.Length == 0 || locale.Contains("UTF", StringComparison.OrdinalIgnoreCase));

    /// <summary>Width, colours and characters of the terminal at standard output.</summary>
    public TerminalCapabilities OutCapabilities => CreateCapabilities(IsOutTerminal);

    /// <summary>Width, colours and characters of the terminal at standard error.</summary>
    public TerminalCapabilities ErrorCapabilities => CreateCapabilities(IsErrorTerminal);

    /// <summary>Whether nobody reads standard output any more, so that a command without an end should end.</summary>
    public bool IsOutReaderGone => Out is StreamWriter { BaseStream: FileDescriptorStream { IsReaderGone: true } };

    /// <summary>Writes a table with its header, or only the rows where standard output is appended to a file that begins with that header.</summary>
    /// <param name="header">The header with its line end.</param>
    /// <param name="rows">The rows with their line ends.</param>
    /// <exception cref="Commands.InvalidInputException">The file has something else.</exception>
    public void WriteTable(string header, string rows)
    {
        var appended = Out is StreamWriter { BaseStream: FileDescriptorStream stream } ? stream.InspectAppended(System.Text.Encoding.UTF8.GetBytes(header)) : null;
        if (appended is { BeginsWithStart: false })
            throw new Commands.InvalidInputException("standard output is appended to a file with other columns than these; give another file.");
        if (appended is null)
            Out.Write(header);
        else if (!appended.Value.EndsInLine)
            Out.Write('\n');
        Out.Write(rows);
    }

    TerminalCapabilities CreateCapabilities(bool terminal) => new() { Width = Width, Colour = UsesColour(terminal), Unicode = Unicode };

    public static CommandContext FromCurrentProcess() => new(
        TimeProvider.System,
        new StreamWriter(OpenStream(1), new System.Text.UTF8Encoding(false)) { AutoFlush = false },
        new StreamWriter(OpenStream(2), new System.Text.UTF8Encoding(false)) { AutoFlush = true },
        Environment.GetEnvironmentVariable,
        GetCurrentDirectory(),
        !Console.IsOutputRedirected,
        !Console.IsErrorRedirected,
        GetTerminalWidth())
    {
        ReplaceProcess = ReplaceOwnProcess,
    };

    static Stream OpenStream(int descriptor) =>
        OperatingSystem.IsLinux() ? new FileDescriptorStream(descriptor) : descriptor == 1 ? Console.OpenStandardOutput() : Console.OpenStandardError();

    static int ReplaceOwnProcess(IReadOnlyList<string> arguments, IReadOnlyDictionary<string, string> variables)
    {
        if (!OperatingSystem.IsLinux())
            return OtherSystem.Execute(arguments, variables, Console.Error);
        var failure = UnmeasuredCommand.Execute(arguments, variables);
        Console.Error.WriteLine(failure.Message);
        return failure.ExitCode;
    }

    static string GetCurrentDirectory()
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

    static int GetTerminalWidth()
    {
        if (Console.IsOutputRedirected && Console.IsErrorRedirected)
            return 80;
        if (!OperatingSystem.IsLinux())
            return Console.WindowWidth is > 0 and var width ? width : 80;
        Span<ushort> size = stackalloc ushort[4];
        foreach (var descriptor in (ReadOnlySpan<int>)[2, 1, 0])
        {
            if (NativeTerminal.GetSize(descriptor, 0x5413, size) == 0 && size[1] > 0)
                return size[1];
        }

        return 80;
    }
}
