using System.Runtime.InteropServices;
using Tonne.Instruments.Files;
using Microsoft.Win32.SafeHandles;

namespace Tonne.Instruments.Rapl;

/// <summary>The running kernel's performance events (<c>perf_event_open</c>).</summary>
/// <remarks>Counting for all processes needs <c>kernel.perf_event_paranoid</c> of 0 or less, or CAP_PERFMON (Linux 5.8; CAP_SYS_ADMIN before). Source: perf_event_open(2).</remarks>
sealed partial class KernelPerfEvents : IPerfEvents
{
    const int AllProcesses = -1;
    const int NoGroup = -1;
    const uint CloseOnExec = 8;

    /// <summary>Not implemented: the errno of a kernel, or a processor, without the call.</summary>
    const int NoSuchCall = 38;

    /// <inheritdoc/>
    public unsafe IPerfCounter? Open(int type, long config, int cpu, out int error)
    {
        if (SyscallNumber is not { } call)
        {
            error = NoSuchCall;
            return null;
        }

        var wanted = new Attributes { Type = (uint)type, Size = (uint)sizeof(Attributes), Config = (ulong)config };
        var descriptor = Syscall(call, &wanted, AllProcesses, cpu, NoGroup, CloseOnExec);
        error = descriptor < 0 ? Marshal.GetLastSystemError() : 0;
        return descriptor < 0 ? null : new Counter(new SafeFileHandle(descriptor, ownsHandle: true));
    }

    /// <summary>Number of the call, as each processor's kernel counts them (asm/unistd.h); null where we do not know it.</summary>
    static nint? SyscallNumber => !OperatingSystem.IsLinux() ? null : RuntimeInformation.ProcessArchitecture switch
    {
        Architecture.X64 => 298,
        Architecture.Arm64 or Architecture.RiscV64 or Architecture.LoongArch64 => 241,
        Architecture.Ppc64le => 319,
        Architecture.S390x => 331,
        _ => null,
    };

    [LibraryImport("libc", EntryPoint = "syscall")]
    private static unsafe partial nint Syscall(nint number, Attributes* wanted, nint process, nint cpu, nint group, nuint flags);

    [LibraryImport("libc", EntryPoint = "read")]
    private static unsafe partial nint Read(SafeFileHandle handle, long* value, nuint size);

    /// <summary><c>struct perf_event_attr</c> in its first version, 64 bytes, which every kernel since knows.</summary>
    [StructLayout(LayoutKind.Sequential)]
    struct Attributes
    {
        internal uint Type;
        internal uint Size;
        internal ulong Config;
        internal ulong SamplePeriod;
        internal ulong SampleType;
        internal ulong ReadFormat;
        internal ulong Flags;
        internal uint WakeupEvents;
        internal uint BreakpointType;
        internal ulong Config1;
    }

    sealed class Counter(SafeFileHandle handle) : IPerfCounter
    {
        public unsafe bool TryRead(out long count, out int error)
        {
            long value = 0;
            var length = Read(handle, &value, sizeof(long));
            error = length < 0 ? Marshal.GetLastSystemError() : length == sizeof(long) ? 0 : Libc.NoValues;
            count = error == 0 ? value : 0;
            return error == 0;
        }

        public void Dispose() => handle.Dispose();
    }
}
