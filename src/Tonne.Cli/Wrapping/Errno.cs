using System.Runtime.InteropServices;

namespace Tonne.Cli.Wrapping;

/// <summary>Error numbers of Linux that tonne handles, and their messages.</summary>
static class Errno
{
    internal const int NotFound = 2;
    internal const int Interrupted = 4;
    internal const int InputOutput = 5;
    internal const int ExecFormatError = 8;
    internal const int NoChild = 10;
    internal const int TryAgain = 11;
    internal const int NoMemory = 12;
    internal const int PermissionDenied = 13;
    internal const int NotADirectory = 20;
    internal const int ProcessFileLimit = 23;
    internal const int SystemFileLimit = 24;
    internal const int BrokenPipe = 32;

    internal static int Last => Marshal.GetLastPInvokeError();

    internal static string GetMessage(int error) => Marshal.GetPInvokeErrorMessage(error);
}
