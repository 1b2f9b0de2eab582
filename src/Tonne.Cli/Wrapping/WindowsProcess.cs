using System.Collections;
using System.ComponentModel;
using System.IO.Pipes;
using System.Runtime.InteropServices;
using System.Text;
using Tonne.Cli.Wrapping.Native;

namespace Tonne.Cli.Wrapping;

/// <summary>A process of Windows that is created without running, so that it can be put into a job before its first instruction.</summary>
/// <remarks>.NET starts processes only running. Source: Microsoft, CreateProcessW function.</remarks>
sealed unsafe class WindowsProcess : IDisposable
{
    const int NotStarted = 125;

    readonly AnonymousPipeServerStream? _output;
    readonly AnonymousPipeServerStream? _error;
    readonly nint _thread;
    bool _isRunning;

    WindowsProcess(Kernel32.ProcessInformation created, AnonymousPipeServerStream? output, AnonymousPipeServerStream? error) =>
        (Handle, _thread, Id, _output, _error) = (created.Process, created.Thread, (int)created.ProcessId, output, error);

    /// <summary>Handle of the process.</summary>
    internal nint Handle { get; }

    /// <summary>Its id.</summary>
    internal int Id { get; }

    /// <summary>What it writes to standard output; null if that is tonne's own.</summary>
    internal Stream? Output => _output;

    /// <summary>What it writes to standard error; null if that is tonne's own.</summary>
    internal Stream? Error => _error;

    /// <summary>Creates a process that does not run yet.</summary>
    /// <param name="arguments">The program and its arguments.</param>
    /// <param name="variables">Added to our environment, replacing those of the same name.</param>
    /// <param name="plan">Which streams are not tonne's own.</param>
    /// <exception cref="Win32Exception">Windows refuses, with its number.</exception>
    internal static WindowsProcess Create(IReadOnlyList<string> arguments, IReadOnlyDictionary<string, string> variables, StreamPlan plan)
    {
        var output = plan.PipesOutput ? new AnonymousPipeServerStream(PipeDirection.In, HandleInheritability.Inheritable) : null;
        var error = plan.PipesError ? new AnonymousPipeServerStream(PipeDirection.In, HandleInheritability.Inheritable) : null;
        using var nothing = plan.CloseInput ? new AnonymousPipeServerStream(PipeDirection.Out, HandleInheritability.Inheritable) : null;
        var startup = new Kernel32.StartupInformation
        {
            Size = (uint)sizeof(Kernel32.StartupInformation),
            // Without it the process gets the handles of tonne by itself.
            Flags = plan == default ? 0 : Kernel32.UseStandardHandles,
            Input = nothing?.ClientSafePipeHandle.DangerousGetHandle() ?? Kernel32.GetStandardHandle(Kernel32.StandardInput),
            Output = output?.ClientSafePipeHandle.DangerousGetHandle() ?? Kernel32.GetStandardHandle(Kernel32.StandardOutput),
            Error = error?.ClientSafePipeHandle.DangerousGetHandle() ?? Kernel32.GetStandardHandle(Kernel32.StandardError),
        };
        // The function may write into the text.
        var line = (WindowsCommandLine.Join(arguments) + "\0").ToCharArray();
        int created;
        var problem = 0;
        Kernel32.ProcessInformation information = default;
        fixed (char* text = line)
        fixed (char* environment = BuildEnvironment(variables))
        {
            created = Kernel32.CreateProcess(null, text, 0, 0, 1, Kernel32.Suspended | Kernel32.UnicodeEnvironment, environment, null,
                &startup, &information);
            problem = created == 0 ? Marshal.GetLastPInvokeError() : 0;
        }

        output?.DisposeLocalCopyOfClientHandle();
        error?.DisposeLocalCopyOfClientHandle();
        nothing?.DisposeLocalCopyOfClientHandle();
        if (created != 0)
            return new WindowsProcess(information, output, error);
        output?.Dispose();
        error?.Dispose();
        throw new Win32Exception(problem);
    }

    /// <summary>Lets it run.</summary>
    internal void Resume() => _isRunning = Kernel32.ResumeThread(_thread) != uint.MaxValue;

    /// <summary>Waits for its end.</summary>
    /// <returns>Its exit code.</returns>
    internal int WaitForExit()
    {
        _ = Kernel32.WaitForObject(Handle, Kernel32.Infinite);
        return Kernel32.GetExitCode(Handle, out var code) != 0 ? unchecked((int)code) : NotStarted;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        // One that could not be handed over must not stay behind. The relays close the pipes.
        if (!_isRunning)
            _ = Kernel32.Terminate(Handle, NotStarted);
        _ = Kernel32.Close(_thread);
        _ = Kernel32.Close(Handle);
    }

    /// <summary>Finds a batch file of a name, which is not a program.</summary>
    /// <param name="name">The name that was typed.</param>
    /// <param name="path">The variable PATH; null if it is not set.</param>
    internal static string? FindBatchFile(string name, string? path) =>
        (from folder in (path ?? "").Split(';', StringSplitOptions.RemoveEmptyEntries).Prepend("")
         from extension in new[] { ".cmd", ".bat" }
         let file = Path.Join(folder, name + extension)
         where File.Exists(file)
         select file).FirstOrDefault();

    /// <summary>The block of an environment: <c>NAME=value</c>, each with a zero, in order of the names as Windows wants it, and a zero
    /// at the end.</summary>
    static char[] BuildEnvironment(IReadOnlyDictionary<string, string> added)
    {
        var all = new SortedDictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (DictionaryEntry entry in Environment.GetEnvironmentVariables())
            all[(string)entry.Key] = (string?)entry.Value ?? "";
        foreach (var (name, value) in added)
            all[name] = value;
        var text = new StringBuilder();
        foreach (var (name, value) in all)
            text.Append(name).Append('=').Append(value).Append('\0');
        return [.. text.Append('\0').ToString()];
    }
}
