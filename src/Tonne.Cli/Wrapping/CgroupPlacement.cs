using System.Text;
using Tonne.Cli.Wrapping.Native;

namespace Tonne.Cli.Wrapping;

/// <summary>Puts the child into control groups before its first instruction.</summary>
/// <remarks>
/// A process can only be started in its starter's groups, so we step in, start it, and step back out. `0` in a version 1 `tasks` file moves
/// only the calling thread (0.02 ms); in `cgroup.procs` it moves the whole of us, and version 2 knows only that one (5 to 16 ms, waiting for the
/// kernel's other readers, not computing).
/// </remarks>
/// <param name="EnterFiles">`cgroup.procs` or `tasks` files of the child's groups, one per hierarchy.</param>
/// <param name="ReturnFiles">The same files of the groups we are in now.</param>
sealed record CgroupPlacement(IReadOnlyList<string> EnterFiles, IReadOnlyList<string> ReturnFiles)
{
    /// <summary>Steps in, as far as it goes.</summary>
    /// <returns>What could not be entered and why; empty when all went well.</returns>
    internal IReadOnlyList<string> MoveIn() => Write(EnterFiles);

    internal IReadOnlyList<string> MoveOut() => Write(ReturnFiles);

    /// <summary>CPU time so far of what of us the steps move, in ns; asking makes the kernel charge the group we are in with all of it.</summary>
    /// <remarks>What it grows by between stepping in and stepping out was charged to the child's groups and is not the child's.</remarks>
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
