using System.Globalization;
using Tonne.Cli.Wrapping.Native;

namespace Tonne.Cli.Wrapping;

/// <summary>Waits for the child and all its descendants, and adds up their CPU time.</summary>
/// <param name="isOwn">Whether a process is a helper of tonne and not part of the job.</param>
/// <param name="onStopped">Called when the child itself was stopped, with the signal that stopped it.</param>
/// <param name="clock">The clock.</param>
sealed class Reaper(Func<int, bool> isOwn, Action<int> onStopped, TimeProvider clock)
{
    const int OrphanPollMilliseconds = 5;

    long _userMicroseconds;
    long _systemMicroseconds;

    internal TimeSpan UserTime => TimeSpan.FromMicroseconds(Interlocked.Read(ref _userMicroseconds));

    internal TimeSpan SystemTime => TimeSpan.FromMicroseconds(Interlocked.Read(ref _systemMicroseconds));

    /// <summary>Makes orphans of the job our children, so that their CPU time is added to ours.</summary>
    internal static void AdoptOrphans() => _ = Libc.ProcessControl(Libc.BecomeSubreaper, 1, 0, 0, 0);

    /// <summary>Waits until the child has ended.</summary>
    /// <returns>Its status from the kernel, or null if it was lost.</returns>
    internal int? WaitFor(int child)
    {
        while (true)
        {
            switch (WaitNext(Libc.WaitStopped, out var status))
            {
                case var pid when pid == child && IsStop(status):
                    onStopped((status >> 8) & 0xFF);
                    break;
                case var pid when pid == child:
                    return status;
                case < 0:
                    return null;
            }
        }
    }

    /// <summary>
    /// Waits for processes that the child has left behind, since many only clean up after it and end at once (the resource tracker of Python's
    /// multiprocessing and joblib takes some 150 ms). Returns immediately if there are none, or the kernel does not list them.
    /// </summary>
    /// <param name="atMost">Longest time to wait while all of them sleep, as a server does; six times that while one works.</param>
    internal void WaitForOrphans(TimeSpan atMost)
    {
        var started = clock.GetTimestamp();
        var sleeping = 0;
        ReapRemaining();
        while (FindOrphans() is { Count: > 0 } orphans && clock.GetElapsedTime(started) < 6 * atMost)
        {
            sleeping = orphans.TrueForAll(IsSleeping) ? sleeping + OrphanPollMilliseconds : 0;
            if (sleeping >= atMost.TotalMilliseconds)
                return;
            unsafe
            {
                _ = Libc.Poll(null, 0, OrphanPollMilliseconds);
            }

            ReapRemaining();
        }
    }

    /// <summary>Children of any of our threads that are no helpers of tonne; orphans have been adopted by one of them.</summary>
    List<int> FindOrphans()
    {
        var found = new List<int>();
        try
        {
            foreach (var thread in Directory.EnumerateDirectories("/proc/self/task"))
            {
                foreach (var child in File.ReadAllText(Path.Join(thread, "children")).Split(' ', StringSplitOptions.RemoveEmptyEntries))
                {
                    if (int.TryParse(child, NumberStyles.None, CultureInfo.InvariantCulture, out var pid) && !isOwn(pid))
                        found.Add(pid);
                }
            }
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // Without CONFIG_PROC_CHILDREN there is no such file; a thread may have ended meanwhile.
        }

        return found;
    }

    /// <summary>Whether a process waits for something (state S in proc(5)) and neither runs nor ends.</summary>
    static bool IsSleeping(int pid)
    {
        try
        {
            var stat = File.ReadAllText(string.Create(CultureInfo.InvariantCulture, $"/proc/{pid}/stat"));
            return stat.LastIndexOf(')') is >= 0 and var end && end + 2 < stat.Length && stat[end + 2] == 'S';
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    /// <summary>Reaps the processes that have ended, without waiting.</summary>
    internal void ReapRemaining()
    {
        while (WaitNext(Libc.WaitNoHang, out _) > 0)
        {
        }
    }

    unsafe int WaitNext(int options, out int status)
    {
        int word;
        Libc.ResourceUsage use;
        int pid;
        do
        {
            pid = Libc.Wait(-1, &word, options, &use);
        }
        while (pid < 0 && Errno.Last == Errno.Interrupted);

        status = word;
        if (pid > 0 && !IsStop(word) && !isOwn(pid))
        {
            Interlocked.Add(ref _userMicroseconds, (use.UserSeconds * 1_000_000) + use.UserMicroseconds);
            Interlocked.Add(ref _systemMicroseconds, (use.SystemSeconds * 1_000_000) + use.SystemMicroseconds);
        }

        return pid;
    }

    static bool IsStop(int status) => (status & 0xFF) == 0x7F;
}
