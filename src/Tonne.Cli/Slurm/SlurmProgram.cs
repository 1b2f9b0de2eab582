using System.ComponentModel;
using System.Diagnostics;
using Tonne.Cli.Commands;

namespace Tonne.Cli.Slurm;

/// <summary>Runs a command of Slurm.</summary>
static class SlurmProgram
{
    /// <summary>Runs it to its end.</summary>
    /// <param name="context">Environment.</param>
    /// <param name="name">Its name, found on the path.</param>
    /// <param name="arguments">Its arguments.</param>
    /// <param name="variables">Variables that are added.</param>
    /// <exception cref="InvalidInputException">It is not on the path, or cannot be started.</exception>
    public static (int ExitCode, string Output, string Error) Run(CommandContext context, string name, IReadOnlyList<string> arguments, params ReadOnlySpan<(string Name, string Value)> variables)
    {
        var folders = (context.GetVariable("PATH") ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries);
        if (folders.Select(folder => Path.Combine(folder, name)).FirstOrDefault(File.Exists) is not { } path)
            throw new InvalidInputException($"{name} is not on the PATH of this machine; run this where Slurm's commands are.");
        var start = new ProcessStartInfo(path, arguments)
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = context.CurrentDirectory,
        };
        foreach (var (variable, value) in variables)
            start.Environment[variable] = value;
        try
        {
            using var process = Process.Start(start)!;
            process.StandardInput.Close();
            var error = process.StandardError.ReadToEndAsync();
            var output = process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            return (process.ExitCode, output, error.GetAwaiter().GetResult());
        }
        catch (Exception error) when (error is Win32Exception or IOException or InvalidOperationException)
        {
            throw new InvalidInputException($"{path} cannot be run: {error.Message}");
        }
    }
}
