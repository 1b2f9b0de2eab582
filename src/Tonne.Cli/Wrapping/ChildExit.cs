namespace Tonne.Cli.Wrapping;

/// <summary>The end of the child.</summary>
/// <param name="ExitCode">Exit code of the child, or 128 + n if signal n ended it.</param>
/// <param name="Signal">The signal that ended it, or null.</param>
/// <param name="UserTime">
/// CPU time in user mode of all reaped processes: the child, its reaped children, and its orphans that ended before it.
/// </param>
/// <param name="SystemTime">CPU time in the kernel of the same processes.</param>
/// <param name="Interrupted">
/// Whether Ctrl-C ended it (SIGINT, to the whole group). A shell that runs tonne in a loop or a script expects tonne to end by the signal
/// too, see <see cref="SelfTermination"/>.
/// </param>
/// <param name="HandedOver">Whether a descendant still has the output open; `cat` relays it from now on.</param>
/// <param name="EndedAt"><see cref="TimeProvider.GetTimestamp"/> when it was reaped.</param>
sealed record ChildExit(int ExitCode, int? Signal, TimeSpan UserTime, TimeSpan SystemTime, bool Interrupted, bool HandedOver, long EndedAt)
{
    /// <summary>Why a part of its output could not be written, for example a full disk; null if all was, or its reader had gone.</summary>
    public string? LostOutput { get; init; }

    /// <summary>Whether the user stopped the child: by Ctrl-C, whatever the child did then, or by the same signal to it alone.</summary>
    public bool StoppedByUser { get; init; }
}
