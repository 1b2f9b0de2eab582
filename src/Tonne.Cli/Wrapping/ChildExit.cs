namespace Tonne.Cli.Wrapping;

/// <summary>How the child ended.</summary>
/// <param name="ExitCode">Its exit code, or 128 + n when signal n ended it.</param>
/// <param name="Signal">The signal that ended it, or null.</param>
/// <param name="UserTime">CPU time in user mode of all reaped processes: the child, what it waited for, and its orphans that ended before it.</param>
/// <param name="SystemTime">CPU time in the kernel, of the same processes.</param>
/// <param name="Interrupted">Ctrl-C ended it (SIGINT, to the whole group): whoever runs us in a loop or a script wants to see us die of it too, <see cref="SelfTermination"/>.</param>
/// <param name="HandedOver">A descendant still holds the output; `cat` relays it from now on.</param>
/// <param name="EndedAt"><see cref="TimeProvider.GetTimestamp"/> when it was reaped.</param>
sealed record ChildExit(int ExitCode, int? Signal, TimeSpan UserTime, TimeSpan SystemTime, bool Interrupted, bool HandedOver, long EndedAt);
