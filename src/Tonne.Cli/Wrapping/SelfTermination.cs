using Tonne.Cli.Wrapping.Native;

namespace Tonne.Cli.Wrapping;

/// <summary>Ends tonne by Ctrl-C, as the child ended.</summary>
/// <remarks>
/// A shell that runs tonne in a loop or a script stops at Ctrl-C only if tonne ends by that signal. An exit code of 130 would mean that
/// tonne handled the key and the script should continue. `$?` is 130 in both cases.
/// </remarks>
static class SelfTermination
{
    /// <summary>Ends tonne by SIGINT. Does not return, unless the signal is blocked.</summary>
    internal static unsafe void TerminateByInterrupt()
    {
        Libc.SignalAction byDefault = default;
        if (Libc.SetAction(Libc.Interrupt, &byDefault, null) == 0)
        {
            _ = Libc.Raise(Libc.Interrupt);
        }
    }
}
