using Tonne.Cli.Wrapping.Native;

namespace Tonne.Cli.Wrapping;

/// <summary>
/// Hands a stream over to `cat` if a descendant of the child still writes to it, so that tonne can end and the descendant can go on.
/// </summary>
static class StreamHandover
{
    static readonly byte[][] _programs = ["/bin/cat"u8.ToArray(), "/usr/bin/cat"u8.ToArray()];

    /// <summary>Starts `cat` on the stream.</summary>
    /// <returns>Whether it was handed over; false if there is no `cat`.</returns>
    internal static bool TryStart(StreamRelay relay)
    {
        var nowhere = Pipe.MoveAboveStandard(Libc.Open("/dev/null", Libc.ReadWrite | Libc.CloseOnExec));
        var launch = new LaunchSpec(["cat"u8.ToArray()], [])
        {
            Descriptors = [(relay.Target, Libc.StandardOutput), (relay.Source, Libc.StandardInput), (nowhere, Libc.StandardError)],
            NewSession = true,
            OnlyStandardStreams = true,
        };
        var isHandedOver = Array.Exists(_programs, program => launch.Start(program, out _) == 0);
        _ = Libc.Close(nowhere);
        _ = Libc.Close(relay.Source);
        return isHandedOver;
    }
}
