using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Tonne.Cli.Wrapping.Native;

/// <summary>Functions of libc for terminals and pseudoterminals. Layout and numbers are those of Linux on x86-64 and arm64.</summary>
static partial class Libc
{
    internal const nuint GetWindowSize = 0x5413;
    internal const nuint SetWindowSize = 0x5414;
    internal const nuint SetPacketMode = 0x5420;

    internal const uint ProcessOutput = 1;
    internal const uint ExternalProcessing = 0x10000;
    internal const int ApplyNow = 0;

    /// <summary>In packet mode: only the terminal's modes changed.</summary>
    internal const byte PacketModesChanged = 64;

    [LibraryImport("libc", EntryPoint = "posix_openpt", SetLastError = true)]
    internal static partial int OpenPseudoterminal(int flags);

    [LibraryImport("libc", EntryPoint = "grantpt", SetLastError = true)]
    internal static partial int GrantPseudoterminal(int master);

    [LibraryImport("libc", EntryPoint = "unlockpt", SetLastError = true)]
    internal static partial int UnlockPseudoterminal(int master);

    [LibraryImport("libc", EntryPoint = "ptsname_r")]
    internal static unsafe partial int GetSlaveName(int master, byte* name, nuint length);

    [LibraryImport("libc", EntryPoint = "tcgetattr", SetLastError = true)]
    internal static unsafe partial int GetModes(int terminal, TerminalModes* modes);

    [LibraryImport("libc", EntryPoint = "tcsetattr", SetLastError = true)]
    internal static unsafe partial int SetModes(int terminal, int when, TerminalModes* modes);

    [LibraryImport("libc", EntryPoint = "tcgetpgrp", SetLastError = true)]
    internal static partial int GetForegroundGroup(int terminal);

    [LibraryImport("libc", EntryPoint = "tcsetpgrp", SetLastError = true)]
    internal static partial int SetForegroundGroup(int terminal, int group);

    [LibraryImport("libc", EntryPoint = "ioctl", SetLastError = true)]
    internal static unsafe partial int InputOutputControl(int descriptor, nuint request, void* argument);

    internal static unsafe bool IsTerminal(int descriptor)
    {
        TerminalModes modes;
        return GetModes(descriptor, &modes) == 0;
    }

    /// <summary>`struct termios`.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct TerminalModes
    {
        internal const int RestWords = 12;

        internal uint Input;
        internal uint Output;
        internal uint Control;
        internal uint Local;
        internal Characters Rest;

        /// <summary>Line discipline, control characters, speeds: copied, never read. 44 bytes in glibc, 48 to be safe.</summary>
        [InlineArray(RestWords)]
        internal struct Characters
        {
            uint _first;
        }
    }

    [StructLayout(LayoutKind.Sequential)]
    internal struct WindowSize : IEquatable<WindowSize>
    {
        internal ushort Rows;
        internal ushort Columns;
        internal ushort HorizontalPixels;
        internal ushort VerticalPixels;

        public readonly bool Equals(WindowSize other) =>
            (Rows, Columns, HorizontalPixels, VerticalPixels) == (other.Rows, other.Columns, other.HorizontalPixels, other.VerticalPixels);

        public override readonly bool Equals(object? obj) => obj is WindowSize other && Equals(other);

        public override readonly int GetHashCode() => HashCode.Combine(Rows, Columns, HorizontalPixels, VerticalPixels);
    }
}
