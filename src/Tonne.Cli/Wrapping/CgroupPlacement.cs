using System.Text;
using Tonne.Cli.Wrapping.Native;

namespace Tonne.Cli.Wrapping;

/// <summary>Moves the child into control groups before its first instruction.</summary>
/// <remarks>
/// A process can only be started in the groups of its parent. So tonne enters the groups, starts the child, and leaves them. `0` in a
/// version 1 `tasks` file moves only the calling thread (0.02 ms). In `cgroup.procs` it moves the whole process, and version 2 has only
/// that file (5 to 16 ms, spent waiting for the kernel's other readers).
/// </remarks>
/// <param name="EnterFiles">`cgroup.procs` or `tasks` files of the child's groups, one per hierarchy.</param>
/// <param name="ReturnFiles">The same files of the groups that tonne is in now.</param>
sealed record CgroupPlacement(IReadOnlyList<string> EnterFiles, IReadOnlyList<string> ReturnFiles)
{
    /// <summary>Enters the groups, as far as possible.</summary>
    /// <returns>The groups that could not be entered, and why; empty if all were.</returns>
    internal IReadOnlyList<string> MoveIn() => Write(EnterFiles);

    internal IReadOnlyList<string> MoveOut() => Write(ReturnFiles);

    /// <summary>
    /// CPU time so far of the thread or process that is moved, in ns. Reading it makes the kernel charge all of it to the current group.
    /// </summary>
    /// <remarks>The increase between entering and leaving was charged to the child's groups but is not the child's.</remarks>
    internal unsafe long ReadOwnNanoseconds()
    {
        var time = stackalloc long[2];
        var clock = EnterFiles.Any(static file => file.EndsWith("cgroup.procs", StringComparison.Ordinal)) ? Libc.GetProcessCpuTime : Libc.GetThreadCpuTime;
        return Libc.GetClock(clock, time) == 0 ? (time[0] * 1_000_000_000) + time[1] : 0;
    }

    static List<string> Write(IReadOnlyList<string> files)
    {
        List<string> failures = [];
        foreach (var file in files)
        {
            try
            {
                using var handle = File.OpenHandle(file, FileMode.Open, FileAccess.Write, FileShare.ReadWrite);
                RandomAccess.Write(handle, Encoding.ASCII.GetBytes("0"), 0);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                failures.Add($"{file}: {e.Message}");
            }
        }

        return failures;
    }
}
