using Tonne.Cli.Wrapping.Native;

namespace Tonne.Cli.Wrapping;

/// <summary>Ends ourselves by Ctrl-C, as the child ended.</summary>
/// <remarks>
/// A shell that runs us in a loop or a script stops at Ctrl-C only when it sees us die of it; an exit code of 130 tells it that we
/// dealt with the key and it should go on. `$?` is 130 either way.
/// </remarks>
static class SelfTermination
{
    /// <summary>Ends us by SIGINT. Does not return, unless that is blocked.</summary>
    internal static unsafe void TerminateByInterrupt()
    {
        Libc.SignalAction byDefault = default;
        if (Libc.SetAction(Libc.Interrupt, &byDefault, null) == 0)
        {
            _ = Libc.Raise(Libc.Interrupt);
        }
    }
}
