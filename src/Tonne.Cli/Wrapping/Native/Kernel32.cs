using System.Runtime.InteropServices;

namespace Tonne.Cli.Wrapping.Native;

/// <summary>Calls of Windows that start processes, by the headers of its SDK.</summary>
static unsafe partial class Kernel32
{
    internal const uint Suspended = 4; // CREATE_SUSPENDED
    internal const uint UnicodeEnvironment = 0x400; // CREATE_UNICODE_ENVIRONMENT
    internal const uint UseStandardHandles = 0x100; // STARTF_USESTDHANDLES
    internal const uint Infinite = 0xFFFFFFFF; // INFINITE
    internal const int StandardInput = -10; // STD_INPUT_HANDLE
    internal const int StandardOutput = -11; // STD_OUTPUT_HANDLE
    internal const int StandardError = -12; // STD_ERROR_HANDLE

    [LibraryImport("kernel32.dll", EntryPoint = "CreateProcessW", SetLastError = true)]
    internal static partial int CreateProcess(
        char* application, char* commandLine, nint processAttributes, nint threadAttributes, int inheritHandles, uint flags,
            char* environment, char* folder,
        StartupInformation* startup, ProcessInformation* information);

    [LibraryImport("kernel32.dll", EntryPoint = "ResumeThread", SetLastError = true)]
    internal static partial uint ResumeThread(nint thread);

    [LibraryImport("kernel32.dll", EntryPoint = "GetStdHandle")]
    internal static partial nint GetStandardHandle(int which);

    [LibraryImport("kernel32.dll", EntryPoint = "WaitForSingleObject", SetLastError = true)]
    internal static partial uint WaitForObject(nint handle, uint milliseconds);

    [LibraryImport("kernel32.dll", EntryPoint = "GetExitCodeProcess", SetLastError = true)]
    internal static partial int GetExitCode(nint process, out uint code);

    [LibraryImport("kernel32.dll", EntryPoint = "TerminateProcess", SetLastError = true)]
    internal static partial int Terminate(nint process, uint code);

    [LibraryImport("kernel32.dll", EntryPoint = "CloseHandle")]
    internal static partial int Close(nint handle);

    /// <summary><c>STARTUPINFOW</c>.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct StartupInformation
    {
        internal uint Size;
        internal nint Reserved;
        internal nint Desktop;
        internal nint Title;
        internal uint X;
        internal uint Y;
        internal uint Width;
        internal uint Height;
        internal uint WidthCharacters;
        internal uint HeightCharacters;
        internal uint FillAttribute;
        internal uint Flags;
        internal ushort ShowWindow;
        internal ushort ReservedBytes;
        internal nint ReservedPointer;
        internal nint Input;
        internal nint Output;
        internal nint Error;
    }

    /// <summary><c>PROCESS_INFORMATION</c>.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct ProcessInformation
    {
        internal nint Process;
        internal nint Thread;
        internal uint ProcessId;
        internal uint ThreadId;
    }
}
