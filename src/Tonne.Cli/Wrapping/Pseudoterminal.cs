using Tonne.Cli.Wrapping.Native;

namespace Tonne.Cli.Wrapping;

/// <summary>A terminal for the child to write to, which behaves like the real one and lets tonne read the output.</summary>
/// <remarks>
/// Only output goes through it. The child stays in the user's session, group and controlling terminal, and reads from the real one. So the
/// kernel handles keys, Ctrl-C, Ctrl-Z, `fg` and `bg`; nothing stays in raw mode if tonne is killed, and no key is taken from the shell.
/// Our side translates nothing, because the real terminal does. The size follows the real one, and modes that the child sets here are set
/// there.
/// </remarks>
sealed class Pseudoterminal
{
    readonly Lock _gate = new();
    readonly int _real;
    Libc.TerminalModes _modes;

    Pseudoterminal(int master, int slave, int real)
    {
        Master = master;
        Slave = slave;
        _real = real;
    }

    internal int Master { get; }

    /// <summary>The child's end. Our copy must be closed once the child has it, or the end of the output is never seen.</summary>
    internal int Slave { get; }

    /// <summary>Opens one.</summary>
    /// <param name="real">Descriptor of the terminal that it replaces.</param>
    /// <returns>Null if the system has none left.</returns>
    internal static unsafe Pseudoterminal? Open(int real)
    {
        var master = Pipe.MoveAboveStandard(Libc.OpenPseudoterminal(Libc.ReadWrite | Libc.NoControllingTerminal | Libc.CloseOnExec));
        if (master < 0)
        {
            return null;
        }

        const int Room = 128;
        var name = stackalloc byte[Room];
        if (Libc.GrantPseudoterminal(master) == 0 && Libc.UnlockPseudoterminal(master) == 0 && Libc.GetSlaveName(master, name, Room) == 0
            && System.Runtime.InteropServices.Marshal.PtrToStringUTF8((nint)name) is { } path
            && Pipe.MoveAboveStandard(Libc.Open(path, Libc.ReadWrite | Libc.NoControllingTerminal | Libc.CloseOnExec)) is >= 0 and var slave)
        {
            var terminal = new Pseudoterminal(master, slave, real);
            terminal.CopyRealSettings();
            return terminal;
        }

        _ = Libc.Close(master);
        return null;
    }

    unsafe void CopyRealSettings()
    {
        Libc.TerminalModes modes;
        if (Libc.GetModes(_real, &modes) == 0)
        {
            modes.Output &= ~Libc.ProcessOutput;
            modes.Local |= Libc.ExternalProcessing;
            _ = Libc.SetModes(Slave, Libc.ApplyNow, &modes);
            _modes = modes;
        }

        var on = 1;
        _ = Libc.InputOutputControl(Master, Libc.SetPacketMode, &on);
        _ = CopySize();
    }

    /// <summary>Gives the child's terminal the size of the real one.</summary>
    /// <returns>Whether it changed.</returns>
    internal unsafe bool CopySize()
    {
        Libc.WindowSize real;
        Libc.WindowSize ours;
        if (Libc.InputOutputControl(_real, Libc.GetWindowSize, &real) != 0
            || Libc.InputOutputControl(Master, Libc.GetWindowSize, &ours) != 0
            || real.Equals(ours))
        {
            return false;
        }

        return Libc.InputOutputControl(Master, Libc.SetWindowSize, &real) == 0;
    }

    /// <summary>Sets on the real terminal the modes that the child has set on its own: echo, line editing, control characters.</summary>
    internal unsafe void CopyModes()
    {
        lock (_gate)
        {
            Libc.TerminalModes childs;
            Libc.TerminalModes real;
            if (Libc.GetModes(Master, &childs) != 0)
            {
                return;
            }

            var wantsTranslation = (childs.Output & Libc.ProcessOutput) != 0;
            if (wantsTranslation || (childs.Local & Libc.ExternalProcessing) == 0)
            {
                // The child set modes (`stty sane`): still translate nothing here, and receive the next changes.
                childs.Output &= ~Libc.ProcessOutput;
                childs.Local |= Libc.ExternalProcessing;
                _ = Libc.SetModes(Master, Libc.ApplyNow, &childs);
            }

            if ((Same(childs, _modes) && !wantsTranslation) || Libc.GetModes(_real, &real) != 0)
            {
                return;
            }

            // Only modes that changed are set: the rest may have been set on the real terminal directly, through standard input.
            real.Output = wantsTranslation ? childs.Output | Libc.ProcessOutput : real.Output;
            real.Input = Changed(real.Input, _modes.Input, childs.Input);
            real.Local = Changed(real.Local, _modes.Local, childs.Local) & ~Libc.ExternalProcessing;
            for (var i = 0; i < Libc.TerminalModes.RestWords; i++)
            {
                real.Rest[i] = Changed(real.Rest[i], _modes.Rest[i], childs.Rest[i]);
            }

            _modes = childs;
            _ = Libc.SetModes(_real, Libc.ApplyNow, &real);
        }
    }

    static uint Changed(uint real, uint before, uint now) => real ^ ((before ^ now) & (real ^ now));

    static bool Same(Libc.TerminalModes a, Libc.TerminalModes b) =>
        a.Input == b.Input && a.Local == b.Local && ((ReadOnlySpan<uint>)a.Rest).SequenceEqual(b.Rest);

    /// <summary>Makes the master a plain stream of bytes, for the process that reads it after tonne.</summary>
    internal unsafe void DisablePacketMode()
    {
        var off = 0;
        _ = Libc.InputOutputControl(Master, Libc.SetPacketMode, &off);
    }
}
