using System.ComponentModel;
using System.Diagnostics;
using Tonne.Cli.Commands;

namespace Tonne.Cli.Running;

/// <summary>What tonne cannot do on Windows and macOS, and how a program is started there without measuring it.</summary>
static class OtherSystem
{
    const int CannotExecute = 126;
    const int NotFound = 127;

    static readonly Dictionary<string, string> _refusals = new(StringComparer.Ordinal)
    {
        ["calibrate"] = "it measures this machine's energy under known loads, and no meter of a processor is read there",
        ["slurm"] = "it follows a job by Slurm's prolog and epilog, which run on Linux",
    };

    /// <summary>Refuses a command that cannot work on the system; every other command works.</summary>
    /// <param name="args">All words.</param>
    /// <param name="system">Name of the system.</param>
    /// <exception cref="InvalidInputException">It cannot work, and why.</exception>
    public static void Check(string[] args, string system)
    {
        if (args.Contains("--help") || args.Contains("-h"))
            return;
        if (args is [var verb, ..] && _refusals.TryGetValue(verb, out var reason))
            throw new InvalidInputException($"'tonne {verb}' needs Linux: {reason}, and this is {system}.");
        if (args is ["attach", ..] && args.Contains("--jupyter"))
            throw new InvalidInputException($"'tonne attach --jupyter' needs Linux: the commands of other processes are not read on {system}. "
                + "Give the kernel's process: tonne attach --pid PID.");
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
