using Tonne.Cli.Commands;
using Tonne.Cli.Configuration;
using Tonne.Cli.PowerLimits;
using Tonne.Cli.Wrapping;

namespace Tonne.Cli;

/// <summary>The entry of <c>tonne</c>: passes the arguments to the commands, and turns errors into messages and exit codes.</summary>
static class Program
{
    static int Main(string[] args)
    {
        // Before anything is loaded: with too few open files even that would fail.
        if (OperatingSystem.IsLinux() && args is ["run", ..] && Array.IndexOf(args, "--") is > 0 and var end && end + 1 < args.Length && UnmeasuredCommand.FindTooLowLimit() is { } limit)
            return RunUnmeasured(args[(end + 1)..], limit);
        if (args is [PauseGuardian.Verb, ..])
            return PauseGuardian.Run(args);
        if (args is [PowerLimitGuardian.Verb, ..])
            return PowerLimitGuardian.Run(args);
        var context = CommandContext.FromCurrentProcess();
        return CommandLine.Invoke(args, RootConfiguration.AppliesTo(args, Environment.IsPrivilegedProcess, Environment.GetEnvironmentVariable)
            ? context.Restrict(RootConfiguration.Create(args, Environment.GetEnvironmentVariable)) : context);
    }

    static int RunUnmeasured(string[] command, ulong limit)
    {
        using var error = new StreamWriter(new FileDescriptorStream(2)) { AutoFlush = true };
        error.WriteLine($"tonne: the limit on open files is {limit}, too low to measure anything; the command runs unmeasured. Raise it: ulimit -n 256");
        var failure = UnmeasuredCommand.Execute(command);
        error.WriteLine(failure.Message);
        return failure.ExitCode;
    }
}
