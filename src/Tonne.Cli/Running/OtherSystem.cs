using System.ComponentModel;
using System.Diagnostics;
using Tonne.Cli.Commands;

namespace Tonne.Cli.Running;

/// <summary>What tonne does on Windows and macOS, where it reads no meters and follows no processes yet.</summary>
static class OtherSystem
{
    const int CannotExecute = 126;
    const int NotFound = 127;

    static readonly HashSet<string> _measuringVerbs = new(StringComparer.Ordinal) { "attach", "bench", "calibrate", "mark", "slurm", "watch" };

    /// <summary>Handles a command that measures; every other command works on each system.</summary>
    /// <param name="args">All words.</param>
    /// <param name="command">The wrapped command; null if the verb wraps none.</param>
    /// <param name="context">Streams.</param>
    /// <returns>The exit code; null if the command does not measure, or only help is asked for.</returns>
    /// <exception cref="InvalidInputException">It measures, and there is nothing that could be done instead.</exception>
    public static int? Handle(string[] args, IReadOnlyList<string>? command, CommandContext context)
    {
        var system = OperatingSystem.IsWindows() ? "Windows" : "this system";
        if (args is ["run", ..] && command is [_, ..])
        {
            context.Error.WriteLine($"tonne: on {system} commands are not measured yet; the command runs unmeasured, and no run is recorded. An estimate: tonne estimate training --help");
            context.Out.Flush();
            return Execute(command, null, context.Error);
        }

        return args is [var verb, ..] && _measuringVerbs.Contains(verb) && !args.Contains("--help") && !args.Contains("-h")
            ? throw new InvalidInputException($"'tonne {verb}' needs Linux: on {system} tonne estimates, accounts, reads ledgers and reports, and does not measure yet.")
            : null;
    }

    /// <summary>Runs a command to its end, with the streams of this process.</summary>
    /// <param name="arguments">The command and its arguments.</param>
    /// <param name="variables">Added to its environment. Default: null, none.</param>
    /// <param name="error">Receives why it cannot be started.</param>
    /// <returns>Its exit code, 127 if it was not found, 126 if it cannot be executed.</returns>
    public static int Execute(IReadOnlyList<string> arguments, IReadOnlyDictionary<string, string>? variables, TextWriter error)
    {
        var start = new ProcessStartInfo(arguments[0], arguments.Skip(1)) { UseShellExecute = false };
        foreach (var (name, value) in variables ?? new Dictionary<string, string>(StringComparer.Ordinal))
            start.Environment[name] = value;
        // Ctrl-C is the command's: it is sent to all processes of the console, and this one waits for the command's answer to it.
        Console.CancelKeyPress += static (_, press) => press.Cancel = true;
        try
        {
            using var process = Process.Start(start)!;
            process.WaitForExit();
            return process.ExitCode;
        }
        catch (Win32Exception failure)
        {
            error.WriteLine($"tonne: {arguments[0]}: {failure.Message}");
            // ERROR_FILE_NOT_FOUND, ERROR_PATH_NOT_FOUND and ENOENT.
            return failure.NativeErrorCode is 2 or 3 ? NotFound : CannotExecute;
        }
    }
}
