using Tonne.Cli.Wrapping.Native;

namespace Tonne.Cli.Wrapping;

/// <summary>
/// A pipe whose ends are not inherited unless handed out, and never are 0, 1 or 2 (which may have been closed on purpose).
/// </summary>
readonly record struct Pipe(int ReadEnd, int WriteEnd)
{
    /// <summary>Requested size, so that a fast child and tonne switch less often. The kernel may grant less.</summary>
    const int WantedBytes = 1 << 20;

    internal static unsafe Pipe? Open(bool largeBuffer = false)
    {
        var ends = stackalloc int[2];
        if (Libc.Pipe(ends, Libc.CloseOnExec) != 0)
        {
            return null;
        }

        if (largeBuffer)
        {
            _ = Libc.FileControl(ends[0], Libc.SetPipeSize, WantedBytes);
        }

        return new Pipe(MoveAboveStandard(ends[0]), MoveAboveStandard(ends[1]));
    }

    internal static int MoveAboveStandard(int descriptor)
    {
        if (descriptor is < 0 or > Libc.StandardError)
        {
            return descriptor;
        }

        var moved = Libc.FileControl(descriptor, Libc.DuplicateCloseOnExec, Libc.StandardError + 1);
        _ = Libc.Close(descriptor);
        return moved;
    }

    internal static void SetBlocking(int descriptor, bool blocking)
    {
        var flags = Libc.FileControl(descriptor, Libc.GetStatusFlags, 0);
        _ = Libc.FileControl(descriptor, Libc.SetStatusFlags, blocking ? flags & ~Libc.NonBlocking : flags | Libc.NonBlocking);
    }
}
