using Tonne.Ledgers.Budgets;

namespace Tonne.Cli.Running;

/// <summary>Limits of one run.</summary>
/// <param name="Max">The run is stopped before it uses more; null for no limit.</param>
/// <param name="WarnOver">Above it a warning is printed at the end.</param>
/// <param name="FailOver">Above it the exit code is 1, if the command's own is 0.</param>
/// <param name="Grace">Time for a checkpoint, and again before the command is killed.</param>
sealed record RunLimits(Allowance? Max, Allowance? WarnOver, Allowance? FailOver, TimeSpan Grace)
{
    /// <summary>Default of <see cref="Grace"/>.</summary>
    public static readonly TimeSpan DefaultGrace = TimeSpan.FromMinutes(1);
}
