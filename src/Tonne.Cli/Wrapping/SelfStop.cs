using Tonne.Cli.Wrapping.Native;

namespace Tonne.Cli.Wrapping;

/// <summary>Stops tonne itself the way the terminal would have.</summary>
static class SelfStop
{
    /// <summary>Returns when tonne was continued; at once if nothing could continue it (no shell with job control above).</summary>
    internal static unsafe void StopBySignal(int signal)
    {
        Libc.SignalAction byDefault = default;
        Libc.SignalAction ours;
        if (Libc.SetAction(signal, &byDefault, &ours) == 0)
        {
            // Sent to this thread, so that it takes effect before the next line.
            _ = Libc.Raise(signal);
            _ = Libc.SetAction(signal, &ours, null);
        }
    }
}
