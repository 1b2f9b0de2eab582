using System.Globalization;
using System.Text;
using Tonne.Cli.Wrapping.Native;

namespace Tonne.Cli.Wrapping;

/// <summary>A command that tonne pauses and continues, through a <see cref="PauseGuardian"/>.</summary>
/// <remarks>Thread safe. Whatever ends tonne, the command goes on.</remarks>
sealed class PausableCommand : IDisposable
{
    readonly Lock _gate = new();
    int _lifelineRead = -1;
    int _lifelineWrite = -1;
    int _answerRead = -1;
    int _answerWrite = -1;
    int _group;
    bool _ended;

    PausableCommand()
    {
    }

    /// <summary>The process of the command, which leads its group; 0 while it is not known.</summary>
    public int CommandPid => Volatile.Read(ref _group);

    /// <summary>Whether it is paused now.</summary>
    public bool IsPaused { get; private set; }

    /// <summary>Prepares the pipes to the guardian.</summary>
    /// <exception cref="StartFailureException">There are too few descriptors.</exception>
    internal static PausableCommand Create()
    {
        if (Pipe.Open() is not { } lifeline || Pipe.Open() is not { } answer)
            throw new StartFailureException(125, $"tonne: no pipe for the process that continues a paused command ({Errno.GetMessage(Errno.Last)})");
        return new PausableCommand { _lifelineRead = lifeline.ReadEnd, _lifelineWrite = lifeline.WriteEnd, _answerRead = answer.ReadEnd, _answerWrite = answer.WriteEnd };
    }

    /// <summary>Descriptors that the guardian inherits.</summary>
    internal IEnumerable<(int Ours, int Childs)> Descriptors => [(_lifelineRead, _lifelineRead), (_answerWrite, _answerWrite)];

    /// <summary>The words that start the guardian with the command.</summary>
    internal IReadOnlyList<byte[]> GetArguments(IReadOnlyList<byte[]> command, InheritedState inheritance) =>
    [
        Encoding.UTF8.GetBytes(Environment.ProcessPath!), Encoding.UTF8.GetBytes(PauseGuardian.Verb), Text(_lifelineRead), Text(_answerWrite),
        Encoding.UTF8.GetBytes(inheritance.Ignored.ToString("x", CultureInfo.InvariantCulture)), "--"u8.ToArray(), .. command,
    ];

    /// <summary>Waits until the guardian has started the command.</summary>
    /// <exception cref="StartFailureException">It could not.</exception>
    internal unsafe void WaitForStart()
    {
        Close(ref _lifelineRead);
        Close(ref _answerWrite);
        var text = new List<byte>();
        var buffer = stackalloc byte[512];
        while (true)
        {
            var read = (int)Libc.Read(_answerRead, buffer, 512);
            if (read < 0 && Errno.Last == Errno.Interrupted)
                continue;
            if (read <= 0)
                break;
            text.AddRange(new ReadOnlySpan<byte>(buffer, read));
        }

        Close(ref _answerRead);
        var words = Encoding.UTF8.GetString([.. text]).TrimEnd('\n').Split(' ', 2);
        if (!int.TryParse(words[0], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var pid) || pid == 0)
            throw new StartFailureException(125, "tonne: the process that continues a paused command did not start");
        if (pid < 0)
            throw new StartFailureException(-pid, words is [_, var message] ? message : "tonne: the command did not start");
        Volatile.Write(ref _group, pid);
    }

    /// <summary>Pauses the command and all of its group.</summary>
    /// <returns>False if it has ended.</returns>
    public bool Pause()
    {
        lock (_gate)
        {
            if (_ended || _group == 0 || Libc.Send(-_group, Libc.Stop) != 0)
                return false;
            IsPaused = true;
            // The keys of the terminal reach who is in its foreground, and a paused command would see them only when it goes on.
            PauseGuardian.MoveTerminal(_group, Libc.GetProcessGroup());
            return true;
        }
    }

    /// <summary>Continues the command, if it is paused.</summary>
    public void Continue()
    {
        lock (_gate)
        {
            if (!_ended && _group != 0)
            {
                if (IsPaused)
                    PauseGuardian.MoveTerminal(Libc.GetProcessGroup(), _group);
                _ = Libc.Send(-_group, Libc.Continue);
            }

            IsPaused = false;
        }
    }

    /// <summary>Sends the command a signal, for example one that asks for a checkpoint.</summary>
    public void Send(int signal)
    {
        lock (_gate)
        {
            if (!_ended && _group != 0)
                _ = Libc.Send(-_group, signal);
        }
    }

    /// <summary>Takes the place of a guardian that was killed: continues the command if it is still there.</summary>
    /// <returns>The process to wait for; null if the command has ended too.</returns>
    internal int? TakeOver()
    {
        Continue();
        PauseGuardian.MoveTerminal(_group, Libc.GetProcessGroup());
        return _group != 0 && Libc.Send(_group, 0) == 0 ? _group : null;
    }

    /// <summary>The command has ended: its id may soon belong to another process.</summary>
    internal void NoteEnd()
    {
        lock (_gate)
        {
            (_ended, IsPaused) = (true, false);
        }
    }

    /// <summary>Lets go: the guardian continues the command, if it is still there.</summary>
    public void Dispose()
    {
        Close(ref _lifelineRead);
        Close(ref _lifelineWrite);
        Close(ref _answerRead);
        Close(ref _answerWrite);
    }

    static void Close(ref int descriptor)
    {
        if (descriptor >= 0)
            _ = Libc.Close(descriptor);
        descriptor = -1;
    }

    static byte[] Text(int number) => Encoding.UTF8.GetBytes(number.ToString(CultureInfo.InvariantCulture));
}
