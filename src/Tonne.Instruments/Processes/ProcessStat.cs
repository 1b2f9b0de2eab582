using Tonne.Instruments.Files;

namespace Tonne.Instruments.Processes;

/// <summary>The content of <c>/proc/PID/stat</c> of one process.</summary>
/// <remarks>The name in the second field may hold blanks and brackets, so fields are counted from the last <c>)</c>. Source:
/// proc_pid_stat(5).</remarks>
/// <param name="ParentId">Process id of its parent.</param>
/// <param name="SessionId">Session it is in.</param>
/// <param name="State">State as one letter; Z and X mean that the process has ended.</param>
/// <param name="OwnNanoseconds">CPU time of the process, user + system, in ns.</param>
/// <param name="ReapedNanoseconds">CPU time of the children it has waited for, in ns.</param>
/// <param name="StartTicks">Start time after boot in ticks of 10 ms. Together with the process id it identifies a process.</param>
readonly record struct ProcessStat(int ParentId, int SessionId, char State, long OwnNanoseconds, long ReapedNanoseconds, long StartTicks)
{
    /// <summary>Whether the process has ended and only waits to be reaped.</summary>
    public bool IsDead => State is 'Z' or 'X' or 'x';

    /// <summary>Reads the text of <c>/proc/PID/stat</c>.</summary>
    public static bool TryParse(ReadOnlySpan<byte> stat, out ProcessStat process)
    {
        process = default;
        var name = stat.LastIndexOf((byte)')');
        if (name < 0)
            return false;
        var rest = stat[(name + 1)..];
        var state = KernelText.ReadWord(ref rest);
        if (state.Length != 1)
            return false;
        // Fields 4 to 22 of the manual page.
        Span<long> fields = stackalloc long[19];
        for (var i = 0; i < fields.Length; i++)
        {
            // tty_nr, tpgid, priority, nice and the children's times may be negative.
            var negative = rest is [(byte)' ', (byte)'-', ..];
            if (negative)
                rest = rest[2..];
            if (!KernelText.TryReadNumber(ref rest, out fields[i]))
                return false;
            if (negative)
                fields[i] = -fields[i];
        }

        const long most = long.MaxValue / (4 * CpuTimes.NanosecondsPerTick);
        var (own, reaped) = (Ticks(fields[10]) + Ticks(fields[11]), Ticks(fields[12]) + Ticks(fields[13]));
        if (fields[0] is < 0 or > int.MaxValue || fields[2] is < int.MinValue or > int.MaxValue || fields[18] < 0)
            return false;
        process = new ProcessStat((int)fields[0], (int)fields[2], (char)state[0], own * CpuTimes.NanosecondsPerTick, reaped * CpuTimes.NanosecondsPerTick, fields[18]);
        return true;

        static long Ticks(long value) => Math.Clamp(value, 0, most);
    }
}
