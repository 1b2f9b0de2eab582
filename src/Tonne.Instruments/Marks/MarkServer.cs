using Tonne.Recording.Marks;
using Tonne.Runs;

namespace Tonne.Instruments.Marks;

/// <summary>Listens on a Unix socket for marks of the program that runs, one line each, and hands them on with the time they came.</summary>
/// <remarks>
/// One thread, asleep until somebody connects; no connection costs more than its buffer. Bounded against whatever may come: at most <see cref="MaxConnections"/>
/// at once (the one silent the longest makes room), lines of at most <see cref="MarkLine.MaxBytes"/> bytes, <see cref="MaxMarks"/> marks and <see cref="MaxBytes"/> bytes of them in a run.
/// Nothing that comes over the socket can stop the run; what is wrong is answered with <c>error: …</c>. Protocol in docs/formats/marks.md.
/// </remarks>
public sealed class MarkServer : IDisposable
{
    /// <summary>Most connections open at once.</summary>
    public const int MaxConnections = 64;

    /// <summary>Most marks taken in one run.</summary>
    public const int MaxMarks = 100_000;

    /// <summary>Most bytes of marks taken in one run.</summary>
    public const long MaxBytes = 16 * 1024 * 1024;

    readonly UnixSocket _listener;
    readonly Thread _thread;
    readonly TimeProvider _time;
    readonly long _anchor;
    readonly Action<Mark> _onMark;
    readonly Func<string?, string?>? _onQuestion;

    // Oldest word first.
    readonly List<MarkConnection> _connections = [];
    volatile bool _stopping;
    int _marks;
    long _takenBytes;

    MarkServer(string path, UnixSocket listener, TimeProvider time, long anchor, Action<Mark> onMark, Func<string?, string?>? onQuestion)
    {
        (Path, _listener, _time, _anchor, _onMark, _onQuestion) = (path, listener, time, anchor, onMark, onQuestion);
        _thread = new Thread(Listen, maxStackSize: 256 * 1024) { IsBackground = true, Name = "marks" };
    }

    /// <summary>Path of the socket: what the child finds in <see cref="MarkAddress.EnvironmentVariable"/>.</summary>
    public string Path { get; }

    /// <summary>Begins to listen.</summary>
    /// <param name="runtimeDirectory">The user's runtime folder (<c>XDG_RUNTIME_DIR</c>), null if there is none.</param>
    /// <param name="time">Clock that stamps the marks.</param>
    /// <param name="anchor">Timestamp of <paramref name="time"/> at the start of the run.</param>
    /// <param name="onMark">Takes a mark, on the server's thread; what it throws is answered to the sender as an error.</param>
    /// <param name="onQuestion">Gives what the run has used so far as a line of JSON, with a stage if one is named, on the server's thread; null if it is not
    /// known. Default: null, the question is refused.</param>
    /// <exception cref="IOException">No socket could be made; the run can go on without marks, and should say so.</exception>
    public static MarkServer Start(string? runtimeDirectory, TimeProvider time, long anchor, Action<Mark> onMark, Func<string?, string?>? onQuestion = null)
    {
        var path = MarkAddress.CreateSocketPath(runtimeDirectory, time.GetTimestamp());
        UnixSocket listener;
        try
        {
            listener = UnixSocket.Listen(path, MaxConnections);
        }
        catch (IOException error)
        {
            Remove(path);
            throw new IOException($"The socket of marks at '{path}' could not be opened ({error.Message}).", error);
        }

        var server = new MarkServer(path, listener, time, anchor, onMark, onQuestion);
        server._thread.Start();
        return server;
    }

    /// <summary>Takes what has been sent already, then stops and removes the socket.</summary>
    public void Dispose()
    {
        if (_stopping)
            return;
        _stopping = true;
        try
        {
            // Wakes the thread.
            UnixSocket.Connect(Path, TimeSpan.FromMilliseconds(100)).Dispose();
        }
        catch (IOException)
        {
            // The queue is full, so the thread is awake; or the socket was removed, and the wait below ends by its limit.
        }

        _thread.Join(TimeSpan.FromSeconds(1));
        _listener.Dispose();
        Remove(Path);
        if (System.IO.Path.GetDirectoryName(System.IO.Path.GetDirectoryName(Path)) is { } parent)
            MarkAddress.RemoveStaleSockets(parent, _time.GetUtcNow());
    }

    void Listen()
    {
        var waited = new UnixSocket[MaxConnections + 1];
        var isReady = new bool[MaxConnections + 1];
        // After the word to stop, only what is there already is taken, and not for ever.
        for (var left = 100; !_stopping || left > 0; left--)
        {
            var count = _connections.Count;
            for (var i = 0; i < count; i++)
                waited[i] = _connections[i].Socket;
            waited[count] = _listener;
            var ready = UnixSocket.Wait(waited.AsSpan(0, count + 1), isReady, _stopping ? 0 : -1);
            if (ready < 0 || (_stopping && ready == 0))
                break;
            if (!_stopping)
                left = 100;
            for (var i = 0; i < count; i++)
            {
                if (isReady[i])
                    Serve(waited[i]);
            }

            if (!isReady[count])
                continue;
            if (_listener.Accept() is { } arrived)
                AddConnection(arrived);
            else
                UnixSocket.Wait([], [], 100); // No descriptors left, it may be: asking again at once would burn a core.
        }

        foreach (var connection in _connections)
            connection.Dispose();
        _connections.Clear();
    }

    void AddConnection(UnixSocket arrived)
    {
        if (_connections.Count >= MaxConnections)
        {
            _connections[0].Reject("too many connections; this one was silent the longest");
            Close(_connections[0]);
        }

        _connections.Add(new MarkConnection(arrived));
    }

    void Serve(UnixSocket socket)
    {
        if (_connections.Find(connection => connection.Socket == socket) is not { } speaking)
            return;
        var stays = false;
        try
        {
            stays = speaking.Receive(HandleLine);
        }
        catch (IOException)
        {
            // The other side is gone.
        }

        _connections.Remove(speaking);
        if (stays)
            _connections.Add(speaking);
        else
            speaking.Dispose();
    }

    void Close(MarkConnection connection)
    {
        _connections.Remove(connection);
        connection.Dispose();
    }

    string HandleLine(string line)
    {
        if (_onQuestion is not null && MarkLine.IsQuestion(line, out var stage))
            return TryAct("the run could not be accounted", () => _onQuestion(stage) is { } figures ? "ok " + figures : "error: what the run has used so far is not known here");
        if (_marks >= MaxMarks || _takenBytes + line.Length > MaxBytes)
            return "error: this run holds as many marks as it can";
        if (!MarkLine.TryParse(line, GetElapsedNanoseconds(), out var mark, out var wrong))
            return "error: " + wrong;
        return TryAct("the run could not keep the mark", () =>
        {
            _onMark(mark);
            _marks++;
            _takenBytes += line.Length;
            return "ok";
        });
    }

    static string TryAct(string failure, Func<string> act)
    {
        try
        {
            return act();
        }
#pragma warning disable CA1031 // Whatever keeps the marks, its failure is not the program's: the run goes on.
        catch (Exception error)
#pragma warning restore CA1031
        {
            return $"error: {failure}: " + error.Message.ReplaceLineEndings(" ");
        }
    }

    /// <summary>Monotonic time in ns from the start of the run.</summary>
    long GetElapsedNanoseconds() => (long)((Int128)(_time.GetTimestamp() - _anchor) * 1_000_000_000 / _time.TimestampFrequency);

    static void Remove(string path)
    {
        try
        {
            File.Delete(path);
            Directory.Delete(System.IO.Path.GetDirectoryName(path) ?? path);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // Somebody put something else there: it is theirs.
        }
    }
}
