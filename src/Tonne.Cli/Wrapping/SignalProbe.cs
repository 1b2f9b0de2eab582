using System.Globalization;
using Tonne.Cli.Wrapping.Native;

namespace Tonne.Cli.Wrapping;

/// <summary>
/// A process that does nothing, in our process group, with every signal blocked: it shows whether a signal was sent to the whole group.
/// </summary>
/// <remarks>
/// A signal may have been sent to tonne alone (`kill PID`) or to the whole group (Ctrl-C, `kill %1`, `timeout`, a supervisor). In the
/// second case the child has it already, and a second one can harm a program that is saving its state. The kernel does not report which it
/// was. A signal for the group stays pending on this process. It is `cat` reading a pipe that only tonne has open, so it ends with tonne.
/// </remarks>
sealed class SignalProbe : IDisposable
{
    static readonly byte[][] _programs = ["/bin/cat"u8.ToArray(), "/usr/bin/cat"u8.ToArray()];

    readonly int _pipeWriteEnd;
    readonly string _status;

    SignalProbe(int pid, int lifeline)
    {
        Pid = pid;
        _pipeWriteEnd = lifeline;
        _status = $"/proc/{pid}/status";
    }

    internal int Pid { get; }

    /// <summary>Starts a probe; null if there is no `cat` or no resources for it.</summary>
    internal static SignalProbe? Start()
    {
        if (Pipe.Open() is not { } pipe)
        {
            return null;
        }

        var nowhere = Pipe.MoveAboveStandard(Libc.Open("/dev/null", Libc.ReadWrite | Libc.CloseOnExec));
        try
        {
            var launch = new LaunchSpec(["cat"u8.ToArray()], [])
            {
                Descriptors = [(pipe.ReadEnd, Libc.StandardInput), (nowhere, Libc.StandardOutput), (nowhere, Libc.StandardError)],
                BlockedSignals = ulong.MaxValue,
                OnlyStandardStreams = true,
            };
            foreach (var program in _programs)
            {
                if (nowhere >= 0 && launch.Start(program, out var pid) == 0)
                {
                    return new SignalProbe(pid, pipe.WriteEnd);
                }
            }

            _ = Libc.Close(pipe.WriteEnd);
            return null;
        }
        finally
        {
            _ = Libc.Close(pipe.ReadEnd);
            _ = Libc.Close(nowhere);
        }
    }

    /// <summary>Whether the probe got this signal too; null if the probe has ended and the answer is unknown.</summary>
    internal bool? HasReceived(int signal)
    {
        try
        {
            foreach (var line in File.ReadLines(_status))
            {
                if (line.StartsWith("ShdPnd:", StringComparison.Ordinal))
                {
                    return (ulong.Parse(line.AsSpan(7).Trim(), NumberStyles.HexNumber, CultureInfo.InvariantCulture) & InheritedState.ToMask(signal)) != 0;
                }
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // The probe has ended: it was killed together with the group, or by a user.
        }

        return null;
    }

    public void Dispose()
    {
        _ = Libc.Send(Pid, Libc.Kill);
        _ = Libc.Close(_pipeWriteEnd);
    }
}
