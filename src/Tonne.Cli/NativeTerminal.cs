using System.Runtime.InteropServices;

namespace Tonne.Cli;

/// <summary>Reads the terminal's size without the start-up cost of Console's terminal database.</summary>
static partial class NativeTerminal
{
    /// <summary>ioctl TIOCGWINSZ: rows and columns are the first two numbers.</summary>
    [LibraryImport("libc", EntryPoint = "ioctl")]
    internal static partial int GetSize(int descriptor, nuint request, Span<ushort> size);
}
