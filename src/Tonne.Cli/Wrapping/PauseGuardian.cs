using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using Tonne.Cli.Wrapping.Native;

namespace Tonne.Cli.Wrapping;

/// <summary>The process between tonne and a command that may be paused: the parent of the command, which continues it when tonne has ended.</summary>
/// <remarks>
/// The command leads a process group of its own in our session, so that one signal pauses all of it and neither this process nor tonne.
/// tonne holds the only write end of a pipe; when the pipe ends, tonne has ended, by whatever, and the group is continued (SIGCONT).
/// If this process is killed, tonne continues the command (<see cref="PausableCommand"/>). If both are killed, nobody of the session is the parent of the group any more, and
/// the kernel sends a stopped group SIGHUP and SIGCONT: it ends, or goes on if it handles SIGHUP.
/// Signals that this process gets are the command's: those of the keyboard and of a lost terminal go to its group, the others to the command itself.
/// </remarks>
static class PauseGuardian
{
    /// <summary>The word before the arguments.</summary>
    internal const string Verb = "__guard";

    static readonly int[] _groupSignals = [Libc.HangUp, Libc.Interrupt, Libc.Quit];

    static readonly int[] _singleSignals = [Libc.User1, Libc.User2, Libc.Alarm, Libc.Terminate, Libc.VirtualAlarm, Libc.Profile, Libc.WindowChanged, Libc.InputOutput, Libc.PowerFailure];

    /// <summary>Starts the command, waits for it, and ends as it ended.</summary>
    /// <param name="args">Descriptor whose end is the end of tonne; descriptor to report to; signals to leave ignored; <c>--</c>; the command.</param>
    /// <returns>The exit code of the command; 125 to 127 if it did not start.</returns>
    internal static int Run(string[] args)
    {
        if (args is not [_, var lifeline, var report, var ignored, "--", _, ..]
            || !int.TryParse(lifeline, CultureInfo.InvariantCulture, out var pipe) || !int.TryParse(report, CultureInfo.InvariantCulture, out var answer)
            || !ulong.TryParse(ignored, NumberStyles.HexNumber, CultureInfo.InvariantCulture, out var ignoredSignals))
            return 125;
        _ = Libc.FileControl(pipe, Libc.SetDescriptorFlags, Libc.DescriptorCloseOnExec);
        _ = Libc.FileControl(answer, Libc.SetDescriptorFlags, Libc.DescriptorCloseOnExec);
        var inheritance = InheritedState.Read();
        int command;
        // Kept until the command has ended: this process passes the signals on, and does not end by them.
        var registrations = new List<PosixSignalRegistration>();
        var child = new[] { 0 };
        foreach (var signal in (int[])[.. _groupSignals, .. _singleSignals])
        {
            registrations.Add(PosixSignalRegistration.Create((PosixSignal)signal, context =>
            {
                context.Cancel = true;
                Forward(Volatile.Read(ref child[0]), signal);
            }));
        }

        // Whoever moves the terminal to another group is in the background for it, and would be stopped.
        Ignore(Libc.TerminalOutput);
        Ignore(Libc.TerminalStop);
        Ignore(Libc.TerminalInput);
        try
        {
            var launch = new LaunchSpec(RawCommand.GetArguments(args[5..]), RawCommand.BuildEnvironment(new Dictionary<string, string>()))
            {
                DefaultSignals = ~ignoredSignals,
                BlockedSignals = inheritance.Blocked,
                NewGroup = true,
            };
            command = CommandSearch.Start(launch);
        }
        catch (StartFailureException failure)
        {
            Report(answer, string.Create(CultureInfo.InvariantCulture, $"{-failure.ExitCode} {failure.Message}"));
            return failure.ExitCode;
        }

        Volatile.Write(ref child[0], command);
        MoveTerminal(Libc.GetProcessGroup(), command);
        Report(answer, command.ToString(CultureInfo.InvariantCulture));
        new Thread(() => ContinueWhenEnded(pipe, command), 64 * 1024) { IsBackground = true, Name = "lifeline" }.Start();
        var status = WaitFor(command);
        MoveTerminal(command, Libc.GetProcessGroup());
        registrations.ForEach(registration => registration.Dispose());
        if ((status & 0x7F) is not 0 and var last)
            EndBySignal(last);
        return (status >> 8) & 0xFF;
    }

    /// <summary>Gives the terminal to a group, if another one has it now.</summary>
    /// <param name="from">The group that has it.</param>
    /// <param name="to">The group that gets it.</param>
    internal static void MoveTerminal(int from, int to)
    {
        var terminal = Libc.Open("/dev/tty", Libc.ReadWrite | Libc.NoControllingTerminal | Libc.CloseOnExec);
        if (terminal < 0)
            return;
        if (Libc.GetForegroundGroup(terminal) == from)
            _ = Libc.SetForegroundGroup(terminal, to);
        _ = Libc.Close(terminal);
    }

    static void Forward(int command, int signal)
    {
        if (command == 0)
            return;
        var toGroup = _groupSignals.Contains(signal);
        _ = Libc.Send(toGroup ? -command : command, signal);
        // A paused command would see it only when it goes on.
        if (toGroup || signal == Libc.Terminate)
            _ = Libc.Send(-command, Libc.Continue);
    }

    static unsafe void ContinueWhenEnded(int pipe, int command)
    {
        byte one;
        while (Libc.Read(pipe, &one, 1) is var read && (read > 0 || (read < 0 && Errno.Last == Errno.Interrupted)))
        {
        }

        _ = Libc.Send(-command, Libc.Continue);
    }

    static unsafe int WaitFor(int command)
    {
        while (true)
        {
            int status;
            Libc.ResourceUsage use;
            var pid = Libc.Wait(command, &status, Libc.WaitStopped, &use);
            if (pid < 0 && Errno.Last == Errno.Interrupted)
                continue;
            if (pid != command)
                return 125 << 8;
            if ((status & 0xFF) != 0x7F)
                return status;
            // Ctrl-Z, or a read or write of a terminal that another group has: there is no shell that could continue it later.
            if (((status >> 8) & 0xFF) is Libc.TerminalStop or Libc.TerminalInput or Libc.TerminalOutput)
                _ = Libc.Send(-command, Libc.Continue);
        }
    }

    static unsafe void Ignore(int signal)
    {
        Libc.SignalAction ignore = default;
        ignore[0] = Libc.Ignore;
        _ = Libc.SetAction(signal, &ignore, null);
    }

    static unsafe void EndBySignal(int signal)
    {
        Libc.SignalAction byDefault = default;
        _ = Libc.SetAction(signal, &byDefault, null);
        _ = Libc.Send(Environment.ProcessId, signal);
    }

    static unsafe void Report(int answer, string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text + "\n");
        fixed (byte* start = bytes)
            _ = Libc.Write(answer, start, bytes.Length);
        _ = Libc.Close(answer);
    }
}
