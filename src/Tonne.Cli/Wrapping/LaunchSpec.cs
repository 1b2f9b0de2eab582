using System.Runtime.InteropServices;
using Tonne.Cli.Wrapping.Native;

namespace Tonne.Cli.Wrapping;

/// <summary>A program to be started: arguments, environment, descriptors, signals.</summary>
/// <param name="Arguments">Argument bytes; the first is the program's own name.</param>
/// <param name="Environment">`NAME=value` bytes.</param>
sealed record LaunchSpec(IReadOnlyList<byte[]> Arguments, IReadOnlyList<byte[]> Environment)
{
    /// <summary>Our descriptors that become the child's 0, 1 and 2. Default: inherited as they are.</summary>
    internal IReadOnlyList<(int Ours, int Childs)> Descriptors { get; init; } = [];

    /// <summary>Signals put back to their default action.</summary>
    internal ulong DefaultSignals { get; init; } = ulong.MaxValue;

    internal ulong BlockedSignals { get; init; }

    internal bool NewSession { get; init; }

    /// <summary>Whether the program leads a process group of its own, in our session. Default: it is in ours.</summary>
    internal bool NewGroup { get; init; }

    /// <summary>Whether descriptors from 3 on are closed in the child, if the C library can do that. Default: they are inherited.</summary>
    internal bool OnlyStandardStreams { get; init; }

    /// <summary>Starts the file.</summary>
    /// <returns>0, or the error number of the failure.</returns>
    internal unsafe int Start(byte[] path, out int pid)
    {
        Libc.SpawnAttributes attributes;
        Libc.SpawnActions actions;
        _ = Libc.InitializeAttributes(&attributes);
        _ = Libc.InitializeActions(&actions);
        using var arguments = new Block(Arguments);
        using var environment = new Block(Environment);
        try
        {
            Libc.SignalSet defaults = default;
            Libc.SignalSet blocked = default;
            defaults.Bits = DefaultSignals;
            blocked.Bits = BlockedSignals;
            _ = Libc.SetSignalDefaults(&attributes, &defaults);
            _ = Libc.SetSignalMask(&attributes, &blocked);
            _ = Libc.SetGroup(&attributes, 0);
            _ = Libc.SetFlags(&attributes, (short)(Libc.SpawnSetSignalDefaults | Libc.SpawnSetSignalMask
                | (NewSession ? Libc.SpawnNewSession : 0) | (NewGroup ? Libc.SpawnSetGroup : 0)));
            foreach (var (ours, childs) in Descriptors)
            {
                _ = Libc.AddDuplicate(&actions, ours, childs);
            }

            if (OnlyStandardStreams)
            {
                AddCloseOtherDescriptors(&actions);
            }

            int started;
            fixed (byte* file = (byte[])[.. path, 0])
            {
                var error = Libc.Spawn(&started, file, &actions, &attributes, arguments.Pointers, environment.Pointers);
                pid = error == 0 ? started : 0;
                return error;
            }
        }
        finally
        {
            _ = Libc.DestroyActions(&actions);
            _ = Libc.DestroyAttributes(&attributes);
        }
    }

    /// <summary>Replaces this process by the program, searched along PATH. Returns only if that fails.</summary>
    /// <returns>The error number.</returns>
    internal unsafe int Execute()
    {
        using var arguments = new Block(Arguments);
        using var environment = new Block(Environment);
        for (var signal = 1; signal < 64; signal++)
        {
            // The kernel resets the signals that are handled, but not those that are ignored.
            if ((DefaultSignals & InheritedState.ToMask(signal)) != 0)
            {
                Libc.SignalAction standard = default;
                _ = Libc.SetAction(signal, &standard, null);
            }
        }

        _ = Libc.Execute(arguments.Pointers[0], arguments.Pointers, environment.Pointers);
        return Marshal.GetLastPInvokeError();
    }

    static unsafe void AddCloseOtherDescriptors(Libc.SpawnActions* actions)
    {
        try
        {
            _ = Libc.AddCloseFrom(actions, 3);
        }
        catch (EntryPointNotFoundException)
        {
            // In an older C library the descriptors are inherited.
        }
    }

    /// <summary>Arguments or variables as a C array.</summary>
    sealed unsafe class Block : IDisposable
    {
        internal Block(IReadOnlyList<byte[]> entries)
        {
            var bytes = (nuint)entries.Sum(entry => entry.Length + 1L);
            var table = (nuint)(entries.Count + 1) * (nuint)sizeof(byte*);
            Pointers = (byte**)NativeMemory.AllocZeroed(table + bytes);
            var next = (byte*)Pointers + table;
            for (var i = 0; i < entries.Count; i++)
            {
                entries[i].CopyTo(new Span<byte>(next, entries[i].Length));
                Pointers[i] = next;
                next += entries[i].Length + 1;
            }
        }

        internal byte** Pointers { get; }

        public void Dispose() => NativeMemory.Free(Pointers);
    }
}
