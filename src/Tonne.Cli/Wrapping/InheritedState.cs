using System.Globalization;
using System.Runtime.CompilerServices;
using Tonne.Cli.Wrapping.Native;

namespace Tonne.Cli.Wrapping;

/// <summary>The signal dispositions and limits that tonne was started with and that the child must get unchanged.</summary>
/// <remarks>The runtime ignores SIGPIPE, takes over other signals and raises the soft limit of open files to the hard one before our first line runs.</remarks>
/// <param name="Ignored">Signals that were ignored (`nohup`): bit n - 1 for signal n.</param>
/// <param name="Blocked">Signals that were blocked, in the same form.</param>
/// <param name="OpenFiles">The soft limit of open files before the runtime raised it; null if it did not, or if that is unknown.</param>
sealed record InheritedState(ulong Ignored, ulong Blocked, ulong? OpenFiles)
{
    /// <summary>The variable in which the script that starts a managed build passes the soft limit of open files.</summary>
    internal const string OpenFilesVariable = "TONNE_OPEN_FILES";

    /// <summary>Reads it from the kernel. Call before any signal is registered.</summary>
    internal static InheritedState Read()
    {
        ulong ignored = 0;
        ulong blocked = 0;
        var parent = 0;
        foreach (var line in LinesOf("/proc/self/status"))
        {
            if (line.StartsWith("SigIgn:", StringComparison.Ordinal))
            {
                ignored = ParseMask(line);
            }
            else if (line.StartsWith("SigBlk:", StringComparison.Ordinal))
            {
                blocked = ParseMask(line);
            }
            else if (line.StartsWith("PPid:", StringComparison.Ordinal))
            {
                parent = int.Parse(line.AsSpan(5).Trim(), CultureInfo.InvariantCulture);
            }
        }

        // The runtime ignores SIGPIPE itself; whether it was ignored before cannot be known, but that is rare.
        return new InheritedState(ignored & ~ToMask(Libc.BrokenPipe), blocked, ReadOpenFilesLimit(parent));
    }

    /// <summary>
    /// Reads it from the kernel. From here on, a write beyond the limit on the size of files is an error and no longer ends tonne.
    /// </summary>
    internal static unsafe InheritedState ReadAndIgnoreFileSizeSignal()
    {
        var given = Read();
        Libc.SignalAction ignore = default;
        ignore[0] = Libc.Ignore;
        _ = Libc.SetAction(Libc.FileSizeExceeded, &ignore, null);
        return given;
    }

    internal static ulong ToMask(int signal) => 1UL << (signal - 1);

    internal bool Ignores(int signal) => (Ignored & ToMask(signal)) != 0;

    /// <summary>
    /// The limit that the starting script measured. Without the script, the parent's own limit is the best evidence: shells and supervisors
    /// pass theirs on. A native build does not raise it.
    /// </summary>
    static unsafe ulong? ReadOpenFilesLimit(int parent)
    {
        Libc.Limit own;
        if (!RuntimeFeature.IsDynamicCodeSupported || Libc.GetLimit(Libc.OpenFilesLimit, &own) != 0 || own.Soft != own.Hard)
        {
            return null;
        }

        if (ulong.TryParse(Environment.GetEnvironmentVariable(OpenFilesVariable), CultureInfo.InvariantCulture, out var given))
        {
            return given < own.Soft ? given : null;
        }

        if (parent <= 0)
        {
            return null;
        }

        foreach (var line in LinesOf($"/proc/{parent}/limits"))
        {
            if (line.StartsWith("Max open files", StringComparison.Ordinal))
            {
                var columns = line["Max open files".Length..].Split(' ', StringSplitOptions.RemoveEmptyEntries);
                return columns.Length >= 2
                    && ulong.TryParse(columns[0], CultureInfo.InvariantCulture, out var soft)
                    && soft < own.Soft
                    ? soft
                    : null;
            }
        }

        return null;
    }

    static ulong ParseMask(string line) =>
        ulong.TryParse(line.AsSpan(line.IndexOf(':', StringComparison.Ordinal) + 1).Trim(), NumberStyles.HexNumber, CultureInfo.InvariantCulture, out var mask) ? mask : 0;

    static string[] LinesOf(string file)
    {
        try
        {
            return File.ReadAllLines(file);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }
}
