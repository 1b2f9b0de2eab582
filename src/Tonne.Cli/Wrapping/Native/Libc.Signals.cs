using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Tonne.Cli.Wrapping.Native;

/// <summary>Functions of libc for signals. Numbers are those of Linux on x86-64 and arm64.</summary>
static partial class Libc
{
    internal const int HangUp = 1;
    internal const int Interrupt = 2;
    internal const int Quit = 3;
    internal const int Kill = 9;
    internal const int User1 = 10;
    internal const int User2 = 12;
    internal const int BrokenPipe = 13;
    internal const int Alarm = 14;
    internal const int Terminate = 15;
    internal const int StackFault = 16;
    internal const int ChildChanged = 17;
    internal const int Continue = 18;
    internal const int Stop = 19;
    internal const int TerminalStop = 20;
    internal const int TerminalInput = 21;
    internal const int TerminalOutput = 22;
    internal const int FileSizeExceeded = 25;
    internal const int VirtualAlarm = 26;
    internal const int Profile = 27;
    internal const int WindowChanged = 28;
    internal const int InputOutput = 29;
    internal const int PowerFailure = 30;

    /// <summary>`SIG_IGN`, used instead of a handler.</summary>
    internal const ulong Ignore = 1;

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    internal static partial int Send(int pid, int signal);

    [LibraryImport("libc", EntryPoint = "raise", SetLastError = true)]
    internal static partial int Raise(int signal);

    [LibraryImport("libc", EntryPoint = "sigaction", SetLastError = true)]
    internal static unsafe partial int SetAction(int signal, SignalAction* action, SignalAction* previous);

    /// <summary>`sigset_t`: bit n - 1 stands for signal n.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 128)]
    internal struct SignalSet
    {
        [FieldOffset(0)]
        internal ulong Bits;
    }

    /// <summary>`struct sigaction`, kept as it is; all zero is the default action.</summary>
    [InlineArray(19)]
    internal struct SignalAction
    {
        ulong _handler;
    }
}
