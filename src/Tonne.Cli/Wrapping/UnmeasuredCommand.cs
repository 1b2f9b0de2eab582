using Tonne.Cli.Wrapping.Native;

namespace Tonne.Cli.Wrapping;

/// <summary>Runs a command in place of tonne, without measuring it, where tonne itself cannot work.</summary>
static class UnmeasuredCommand
{
    // Meters, ledger, streams and sockets of a run take up to some thirty descriptors; below this the runtime itself may fail.
    const ulong FewestOpenFiles = 64;

    /// <summary>The limit on open files, if it leaves too few to measure; null if there are enough.</summary>
    internal static unsafe ulong? FindTooLowLimit()
    {
        Libc.Limit limit;
        return Libc.GetLimit(Libc.OpenFilesLimit, &limit) == 0 && limit.Soft < FewestOpenFiles ? limit.Soft : null;
    }

    /// <summary>Replaces this process by the command. Its signals are as tonne was given them.</summary>
    /// <param name="arguments">The command and its arguments.</param>
    /// <param name="variables">Added to its environment. Default: null, none.</param>
    /// <returns>Why it cannot be started; if it can, this does not return.</returns>
    internal static StartFailureException Execute(IReadOnlyList<string> arguments, IReadOnlyDictionary<string, string>? variables = null)
    {
        var given = InheritedState.Read();
        return CommandSearch.Replace(new LaunchSpec(RawCommand.GetArguments(arguments), RawCommand.BuildEnvironment(variables ?? new Dictionary<string, string>()))
        {
            DefaultSignals = ~given.Ignored,
        });
    }
}
