using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using Tonne.Cli.Wrapping;
using Tonne.Cli.Wrapping.Native;
using Tonne.Instruments.Files;
using Tonne.Instruments.Machines;
using Tonne.Instruments.PowerLimits;

namespace Tonne.Cli.PowerLimits;

/// <summary>The process beside a bench of power limits that restores them when tonne has ended without doing so, by whatever.</summary>
/// <remarks>
/// It is in a session of its own, and no signal of a terminal or of a job ends it. tonne holds the only write end of a pipe; when the pipe
/// ends, tonne has ended.
/// One byte before says that all is restored. It also holds the lock of the file, so that no other bench begins before it has finished.
/// </remarks>
static class PowerLimitGuardian
{
    /// <summary>The word before the arguments.</summary>
    internal const string Verb = "__limits";

    /// <summary>What it answers when it can restore the limits.</summary>
    internal const string Ready = "ready";

    /// <summary>The argument for "none".</summary>
    internal const string None = "-";

    static readonly int[] _signals = [Libc.HangUp, Libc.Interrupt, Libc.Quit, Libc.User1, Libc.User2, Libc.Alarm, Libc.Terminate,
        Libc.TerminalStop];

    /// <summary>Waits for the end of tonne.</summary>
    /// <param name="args">Folder of the ledger; descriptor whose end is the end of tonne; descriptor to answer to; root of the machine's
    /// files; NVML library or <see cref="None"/>.</param>
    internal static int Run(string[] args)
    {
        if (args is not [_, var home, var lifeline, var answer, var root, var library]
            || !int.TryParse(lifeline, CultureInfo.InvariantCulture, out var pipe)
                || !int.TryParse(answer, CultureInfo.InvariantCulture, out var output))
            return 125;
        // Kept to the end: a signal is ignored while its registration lives.
        List<PosixSignalRegistration> registrations = [.. _signals.Select(signal => PosixSignalRegistration.Create((PosixSignal)signal,
            context => context.Cancel = true))];
        var file = new PowerLimitFile(home);
        try
        {
            using var devices = PowerLimitDevices.Discover(new FileTree(root),
                new DiscoveryOptions { NvmlLibrary = library == None ? null : library });
            var setter = CreateSetter(file.Read(), devices);
            Answer(output, Ready);
            return IsDone(pipe) ? 0 : Restore(file, setter);
        }
        catch (PowerLimitException error)
        {
            Answer(output, error.Message);
            return 1;
        }
        finally
        {
            registrations.ForEach(registration => registration.Dispose());
        }
    }

    static PowerLimitSetter CreateSetter(PowerLimitRecord? record, PowerLimitDevices devices)
    {
        if (record is null)
            throw new PowerLimitException("the process that restores power limits finds no record of them.");
        return new PowerLimitSetter(
            [.. record.Devices.Select(found => devices.Find(found.Id) ?? throw new PowerLimitException($"the process that restores power "
                + $"limits does not find {found.Name}."))],
            [.. record.Devices.Select(found => found.Microwatts)]);
    }

    static int Restore(PowerLimitFile file, PowerLimitSetter setter)
    {
        var problems = setter.Restore();
        if (problems.Count == 0)
            file.Delete();
        var limits = string.Join(", ", setter.Devices.Select((device, i) => $"{device.Name}: {PowerLimitDevice.Format(setter.Found[i])}"));
        using var error = new StreamWriter(new FileDescriptorStream(Libc.StandardError)) { AutoFlush = true };
        try
        {
            error.WriteLine(problems.Count == 0
                ? $"tonne: the bench was killed; the power limits are again as they were found ({limits})."
                : $"tonne: the bench was killed, and not all power limits could be restored: {string.Join(' ', problems)} To try again: "
                    + $"{PowerLimitFile.RestoreCommand}");
        }
        catch (IOException)
        {
            // Nobody reads it. What is left is in the file.
        }

        return problems.Count == 0 ? 0 : 1;
    }

    /// <summary>Waits for the end of tonne; true if it has restored the limits itself.</summary>
    static unsafe bool IsDone(int pipe)
    {
        byte one;
        nint read;
        while ((read = Libc.Read(pipe, &one, 1)) < 0 && Errno.Last == Errno.Interrupted)
        {
        }

        return read > 0;
    }

    /// <summary>Answers, and keeps the descriptor open: its end is the end of this process.</summary>
    static unsafe void Answer(int output, string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text.ReplaceLineEndings(" ") + "\n");
        fixed (byte* start = bytes)
            _ = Libc.Write(output, start, bytes.Length);
    }
}
