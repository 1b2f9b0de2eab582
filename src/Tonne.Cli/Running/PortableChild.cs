using System.ComponentModel;
using System.Diagnostics;
using System.Runtime.InteropServices;
using Tonne.Cli.Wrapping;
using Tonne.Cli.Wrapping.Native;
using Tonne.Instruments.MacAndWindows;

namespace Tonne.Cli.Running;

/// <summary>The user's command on another system than Linux, which runs as if tonne were not there.</summary>
/// <remarks>
/// It has our console and our standard input. An output that goes to a console is the command's own, and no epochs are read from it; any
/// other goes through a pipe if there is
/// a listener. Ctrl-C is sent by the system to the command as well, and tonne waits for what the command does. On Windows the command is
/// put into its job before its first instruction.
/// </remarks>
sealed class PortableChild : IRunningCommand
{
    const int CannotExecute = 126;
    const int NotFound = 127;
    const int NoFile = 2; // ERROR_FILE_NOT_FOUND, ENOENT
    const int NoPath = 3; // ERROR_PATH_NOT_FOUND
    const int ByInterrupt = unchecked((int)0xC000013A); // STATUS_CONTROL_C_EXIT
    const int SignalBase = 128;
    const int Interrupt = 2;

    readonly TimeProvider _time;
    readonly Process? _process;
    readonly WindowsProcess? _windows;
    readonly List<PortableRelay> _relays = [];
    readonly List<string> _warnings = [];
    readonly List<PosixSignalRegistration> _signals = [];
    readonly ConsoleCancelEventHandler _onCancel;
    volatile bool _isInterrupted;

    PortableChild(ChildCommand command, IJobAccount account, TimeProvider time)
    {
        _time = time;
        var listener = command.Listener;
        var isInherited = command.Streams == ChildStreams.Inherited;
        var listensToOutput = isInherited && listener is not null && Console.IsOutputRedirected;
        var listensToError = isInherited && listener is not null && Console.IsErrorRedirected;
        if (isInherited && listener is not null && !(listensToOutput && listensToError))
        {
            var streams = listensToOutput ? "error" : listensToError ? "output" : "output, error";
            _warnings.Add($"{streams}: epochs are not read from a console here; use 'tonne mark', or send the output to a file or a pipe");
        }

        _onCancel = OnCancel;
        // The command gets the key or the signal too, and decides what it does.
        Console.CancelKeyPress += _onCancel;
        try
        {
            var plan = new StreamPlan(listensToOutput || !isInherited, listensToError || !isInherited, CloseInput: !isInherited);
            Stream? output, error;
            if (OperatingSystem.IsWindows())
            {
                _windows = Begin(command, () => WindowsProcess.Create(command.Arguments, command.Environment, plan));
                Pid = _windows.Id;
                account.Add(Pid, _windows.Handle);
                _windows.Resume();
                (output, error) = (_windows.Output, _windows.Error);
            }
            else
            {
                _process = Begin(command, () => StartProcess(command, plan));
                Pid = _process.Id;
                account.Add(Pid, 0);
                output = plan.PipesOutput ? _process.StandardOutput.BaseStream : null;
                error = plan.PipesError ? _process.StandardError.BaseStream : null;
                // There it is sent to one process: to tonne, which passes it on.
                _signals.Add(PosixSignalRegistration.Create(PosixSignal.SIGTERM, OnTerminate));
            }

            AddRelay(output, OutputStream.Output, command.Streams, listener);
            AddRelay(error, OutputStream.Error, command.Streams, listener);
            _relays.ForEach(static relay => relay.Start());
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public int Pid { get; }

    /// <inheritdoc/>
    public IReadOnlyList<string> Warnings => _warnings;

    /// <inheritdoc/>
    public TimeSpan ReapedCpu => TimeSpan.Zero;

    /// <inheritdoc/>
    public long OwnCpuInCgroupNanoseconds => 0;

    /// <summary>Starts the command.</summary>
    /// <param name="command">The command; its signal settings and control groups are those of Linux, and are not used.</param>
    /// <param name="account">Receives the process before it runs, or at once.</param>
    /// <param name="time">The clock.</param>
    /// <exception cref="StartFailureException">It cannot be started: 127, 126 or 125.</exception>
    public static PortableChild Start(ChildCommand command, IJobAccount account, TimeProvider time)
    {
        return command.Arguments[0].Length > 0
            ? new PortableChild(command, account, time)
            : throw new StartFailureException(NotFound, "tonne: cannot run '': the command is empty");
    }

    /// <inheritdoc/>
    public bool IsHelperProcess(int pid) => false;

    /// <inheritdoc/>
    public Task<ChildExit> WaitAsync() =>
        Task.Factory.StartNew(Wait, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    /// <inheritdoc/>
    public void Dispose()
    {
        Console.CancelKeyPress -= _onCancel;
        _signals.ForEach(static signal => signal.Dispose());
        _signals.Clear();
        _process?.Dispose();
        _windows?.Dispose();
    }

    ChildExit Wait()
    {
        var code = WaitForExit();
        var endedAt = _time.GetTimestamp();
        string? lost = null;
        foreach (var relay in _relays)
        {
            if (!relay.Finish())
                _warnings.Add("a process that the command has started still has its output open: what it prints from here on is lost");
            lost ??= relay.LostOutput;
        }

        var byInterrupt = code is ByInterrupt or (SignalBase + Interrupt);
        int? signal = code == SignalBase + Interrupt ? Interrupt : null;
        return new ChildExit(code, signal, TimeSpan.Zero, TimeSpan.Zero, byInterrupt && _isInterrupted, HandedOver: false, endedAt)
        {
            LostOutput = lost,
            StoppedByUser = code != 0 && (_isInterrupted || byInterrupt),
        };
    }

    int WaitForExit()
    {
        if (_windows is not null)
            return _windows.WaitForExit();
        _process!.WaitForExit();
        return _process.ExitCode;
    }

    void AddRelay(Stream? source, OutputStream stream, ChildStreams streams, IOutputListener? listener)
    {
        if (source is null)
            return;
        var target = streams switch
        {
            ChildStreams.Discarded => Stream.Null,
            ChildStreams.StandardError => Console.OpenStandardError(),
            _ => stream == OutputStream.Output ? Console.OpenStandardOutput() : Console.OpenStandardError(),
        };
        _relays.Add(new PortableRelay(source, target, stream, streams == ChildStreams.Inherited ? listener : null));
    }

    void OnCancel(object? sender, ConsoleCancelEventArgs press)
    {
        press.Cancel = true;
        _isInterrupted = true;
    }

    void OnTerminate(PosixSignalContext received)
    {
        received.Cancel = true;
        _ = Libc.Send(Pid, Libc.Terminate);
    }

    /// <summary>Starts the process alone: what fails later, such as its account, is no failure to find or to execute the command.</summary>
    static T Begin<T>(ChildCommand command, Func<T> start)
    {
        try
        {
            return start();
        }
        catch (Win32Exception failure)
        {
            var name = command.Arguments[0];
            if (failure.NativeErrorCode is not (NoFile or NoPath))
                throw new StartFailureException(CannotExecute, $"tonne: {name}: {failure.Message}");
            throw OperatingSystem.IsWindows() && WindowsProcess.FindBatchFile(name, Environment.GetEnvironmentVariable("PATH")) is { } batch
                ? new StartFailureException(CannotExecute,
                    $"tonne: {name} is a batch file ({batch}), which Windows' command interpreter runs: tonne run -- cmd /c {name} …")
                : new StartFailureException(NotFound, $"tonne: {name}: {failure.Message}");
        }
    }

    static Process StartProcess(ChildCommand command, StreamPlan plan)
    {
        var start = new ProcessStartInfo(command.Arguments[0], command.Arguments.Skip(1))
        {
            UseShellExecute = false,
            RedirectStandardInput = plan.CloseInput,
            RedirectStandardOutput = plan.PipesOutput,
            RedirectStandardError = plan.PipesError,
        };
        foreach (var (name, value) in command.Environment)
            start.Environment[name] = value;
        var process = Process.Start(start)!;
        if (plan.CloseInput)
            process.StandardInput.Close();
        return process;
    }
}
