using Tonne.Cli.Wrapping.Native;

namespace Tonne.Cli.Wrapping;

/// <summary>Ends ourselves by a signal, as the child ended.</summary>
/// <remarks>
/// A shell that runs us in a loop or a script stops at Ctrl-C only when it sees us die of it; an exit code of 130 tells it that we
/// dealt with the key and it should go on. `$?` is 130 either way.
/// </remarks>
static class OwnEnd
{
    /// <summary>Does not return, unless the signal is blocked or cannot end a process.</summary>
    internal static unsafe void By(int signal)
    {
        Libc.SignalAction byDefault = default;
        if (Libc.SetAction(signal, &byDefault, null) == 0)
        {
            _ = Libc.Raise(signal);
        }
    }
}
