using Tonne.Cli.Wrapping.Native;

namespace Tonne.Cli.Wrapping;

/// <summary>Decides where the child's standard output and standard error go.</summary>
/// <remarks>
/// Without a listener they are inherited and tonne sees no byte. Otherwise each is a pipe, or a pseudoterminal if the real stream is a
/// terminal. If both are one open file there is only one, so that their order is kept. A stream that is closed, or for which there is no
/// pipe or terminal, is inherited.
/// </remarks>
sealed class OutputRedirection
{
    readonly List<int> _childDescriptors = [];

    OutputRedirection()
    {
    }

    internal List<(int Ours, int Childs)> Descriptors { get; } = [];

    internal List<StreamRelay> Relays { get; } = [];

    /// <summary>The streams that could not be listened to, and why.</summary>
    internal List<string> NotCaptured { get; } = [];

    internal static OutputRedirection Create(IOutputListener? listener, TimeProvider clock)
    {
        var plumbing = new OutputRedirection();
        if (listener is null)
        {
            return plumbing;
        }

        var output = IsOpen(Libc.StandardOutput);
        var error = IsOpen(Libc.StandardError);
        if (output && error && AreOneFile())
        {
            plumbing.Connect(OutputStream.Merged, [Libc.StandardOutput, Libc.StandardError], listener, clock);
            return plumbing;
        }

        if (output)
        {
            plumbing.Connect(OutputStream.Output, [Libc.StandardOutput], listener, clock);
        }

        if (error)
        {
            plumbing.Connect(OutputStream.Error, [Libc.StandardError], listener, clock);
        }

        return plumbing;
    }

    /// <summary>Descriptors of streams that do not go to ours.</summary>
    /// <exception cref="StartFailureException">There is no /dev/null.</exception>
    internal static OutputRedirection CreateDetached(ChildStreams streams)
    {
        var plumbing = new OutputRedirection();
        var nowhere = Libc.Open("/dev/null", Libc.ReadWrite | Libc.CloseOnExec);
        if (nowhere < 0)
        {
            throw new StartFailureException(125, $"tonne: /dev/null cannot be opened ({Errno.GetMessage(Errno.Last)}), to which the command's output should go");
        }

        nowhere = Pipe.MoveAboveStandard(nowhere);
        plumbing._childDescriptors.Add(nowhere);
        plumbing.Descriptors.Add((nowhere, Libc.StandardInput));
        var written = streams == ChildStreams.StandardError && IsOpen(Libc.StandardError) ? Libc.StandardError : nowhere;
        plumbing.Descriptors.Add((written, Libc.StandardOutput));
        if (written == nowhere)
        {
            plumbing.Descriptors.Add((nowhere, Libc.StandardError));
        }

        return plumbing;
    }

    void Connect(OutputStream stream, ReadOnlySpan<int> standard, IOutputListener listener, TimeProvider clock)
    {
        var real = standard[0];
        int childs;
        if (Libc.IsTerminal(real))
        {
            if (Pseudoterminal.Open(real) is not { } terminal)
            {
                NotCaptured.Add($"{stream}: no pseudoterminal ({Errno.GetMessage(Errno.Last)})");
                return;
            }

            childs = terminal.Slave;
            Relays.Add(new StreamRelay(terminal.Master, real, stream, terminal, listener, clock));
        }
        else
        {
            if (Pipe.Open(largeBuffer: true) is not { } pipe)
            {
                NotCaptured.Add($"{stream}: no pipe ({Errno.GetMessage(Errno.Last)})");
                return;
            }

            childs = pipe.WriteEnd;
            Relays.Add(new StreamRelay(pipe.ReadEnd, real, stream, null, listener, clock));
        }

        _childDescriptors.Add(childs);
        foreach (var descriptor in standard)
        {
            Descriptors.Add((childs, descriptor));
        }
    }

    /// <summary>Closes our copies of the child's ends and begins to relay.</summary>
    internal void StartRelays()
    {
        CloseChildDescriptors();
        foreach (var relay in Relays)
        {
            relay.Start();
        }
    }

    /// <summary>Closes everything, because the child was not started.</summary>
    internal void CloseAll()
    {
        CloseChildDescriptors();
        foreach (var relay in Relays)
        {
            _ = Libc.Close(relay.Source);
            relay.Dispose();
        }
    }

    void CloseChildDescriptors()
    {
        foreach (var end in _childDescriptors)
        {
            _ = Libc.Close(end);
        }

        _childDescriptors.Clear();
    }

    static bool IsOpen(int descriptor)
    {
        // The descriptor was closed when tonne was started, and a file of the runtime may have taken its number: those close on exec.
        var flags = Libc.FileControl(descriptor, Libc.GetDescriptorFlags, 0);
        return flags >= 0 && (flags & Libc.DescriptorCloseOnExec) == 0;
    }

    static bool AreOneFile()
    {
        if (LinkOf(Libc.StandardOutput) is not { } output || output != LinkOf(Libc.StandardError))
        {
            return false;
        }

        // Pipes, sockets and terminals have no position: two descriptors of the same one are one stream.
        var position = Libc.Seek(Libc.StandardOutput, 0, Libc.SeekCurrent);
        return position < 0
            || (ShareFileDescription() ?? (position == Libc.Seek(Libc.StandardError, 0, Libc.SeekCurrent)
                && Libc.FileControl(Libc.StandardOutput, Libc.GetStatusFlags, 0) == Libc.FileControl(Libc.StandardError, Libc.GetStatusFlags, 0)));
    }

    static string? LinkOf(int descriptor)
    {
        try
        {
            return new FileInfo($"/proc/self/fd/{descriptor}").LinkTarget;
        }
        catch (IOException)
        {
            return null;
        }
    }

    /// <summary>Whether both are one open file; null if the kernel does not answer.</summary>
    static bool? ShareFileDescription() =>
        Libc.CompareDescriptors(Environment.ProcessId, Libc.StandardOutput, Libc.StandardError) is >= 0 and var order ? order == 0 : null;
}
