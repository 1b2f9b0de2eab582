using System.Diagnostics;
using System.Globalization;
using Tonne.Cli.Wrapping.Native;

namespace Tonne.Cli.Running;

/// <summary>Sends signals to the processes of a job.</summary>
static class JobSignals
{
    const int UserDefined1 = 10;

    /// <summary>Sends SIGUSR1 to the processes that handle it: for the others it would be the end.</summary>
    /// <returns>How many got it.</returns>
    public static int RequestCheckpoint(IReadOnlyList<int> processes) =>
        processes.Count(process => Handles(process, UserDefined1) && Libc.Send(process, UserDefined1) == 0);

    /// <summary>Sends SIGTERM to all; on Windows, which has no such signal, ends them.</summary>
    public static void Terminate(IReadOnlyList<int> processes) => SendAll(processes, Libc.Terminate);

    /// <summary>Sends SIGKILL to all.</summary>
    public static void Kill(IReadOnlyList<int> processes) => SendAll(processes, Libc.Kill);

    static void SendAll(IReadOnlyList<int> processes, int signal)
    {
        foreach (var process in processes)
        {
            if (OperatingSystem.IsWindows())
                End(process);
            else
                _ = Libc.Send(process, signal);
        }
    }

    static void End(int process)
    {
        try
        {
            using var opened = Process.GetProcessById(process);
            opened.Kill();
        }
        catch (Exception error) when (error is ArgumentException or InvalidOperationException or System.ComponentModel.Win32Exception)
        {
            // It has ended.
        }
    }

    /// <summary>Whether a process has a handler for a signal: SigCgt of proc(5).</summary>
    static bool Handles(int process, int signal)
    {
        try
        {
            foreach (var line in File.ReadLines($"/proc/{process.ToString(CultureInfo.InvariantCulture)}/status"))
            {
                if (line.StartsWith("SigCgt:", StringComparison.Ordinal))
                    return ulong.TryParse(line.AsSpan(7).Trim(), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var caught) && (caught & (1UL << (signal - 1))) != 0;
            }
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // It has ended.
        }

        return false;
    }
}
