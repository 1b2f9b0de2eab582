using Tonne.Cli.Wrapping.Native;

namespace Tonne.Cli.Wrapping;

/// <summary>Stops ourselves the way the terminal would have.</summary>
static class SelfStop
{
    /// <summary>Returns when somebody has continued us; at once where nobody could (no shell with job control above us).</summary>
    internal static unsafe void StopBySignal(int signal)
    {
        Libc.SignalAction byDefault = default;
        Libc.SignalAction ours;
        if (Libc.SetAction(signal, &byDefault, &ours) == 0)
        {
            // To this thread, so that it is acted on before the next line.
            _ = Libc.Raise(signal);
            _ = Libc.SetAction(signal, &ours, null);
        }
    }
}
