using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace Tonne.Trials.Fleets;

/// <summary>Passes connections on, and cuts them: at once, or in the middle of what is said next.</summary>
sealed class CutRelay : IDisposable
{
    // An answer to a push has some 300 bytes, and so has its header.
    const int MostBytes = 600;

    readonly Socket _listener;
    readonly EndPoint _to;
    readonly ConcurrentDictionary<Link, byte> _links = new();
    int _cut;

    /// <summary>Listens.</summary>
    /// <param name="from">Where; port 0 for a free one.</param>
    /// <param name="to">Where connections are passed on to.</param>
    internal CutRelay(EndPoint from, EndPoint to)
    {
        _to = to;
        _listener = CreateSocket(from);
        _listener.Bind(from);
        _listener.Listen();
        _ = Task.Run(AcceptAsync);
    }

    internal int Port => ((IPEndPoint)_listener.LocalEndPoint!).Port;

    /// <summary>Connections that were cut.</summary>
    internal int Count => Volatile.Read(ref _cut);

    /// <summary>Cuts the connections that there are, each at once or after some bytes more.</summary>
    internal void Cut(Random random)
    {
        foreach (var link in _links.Keys)
            link.Limit(random.Next(3) == 0 ? 0 : random.Next(MostBytes), isAnswer: random.Next(2) == 0);
    }

    async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                var near = await _listener.AcceptAsync();
                _ = Task.Run(() => ServeAsync(near));
            }
        }
        catch (Exception error) when (error is SocketException or ObjectDisposedException)
        {
            // It ends.
        }
    }

    async Task ServeAsync(Socket near)
    {
        using var far = CreateSocket(_to);
        using var _ = near;
        var link = new Link(near, far);
        try
        {
            await far.ConnectAsync(_to);
            _links.TryAdd(link, 0);
            await Task.WhenAny(link.PassAsync(near, far, isAnswer: false), link.PassAsync(far, near, isAnswer: true));
        }
        catch (SocketException)
        {
            // What is behind it is down.
        }

        _links.TryRemove(link, out byte _);
        if (link.IsCut)
            Interlocked.Increment(ref _cut);
        link.End();
    }

    static Socket CreateSocket(EndPoint place) =>
        new(place.AddressFamily, SocketType.Stream, place.AddressFamily == AddressFamily.Unix
            ? ProtocolType.Unspecified : ProtocolType.Tcp);

    public void Dispose()
    {
        _listener.Dispose();
        foreach (var link in _links.Keys)
            link.End();
    }

    /// <summary>One connection.</summary>
    sealed class Link(Socket near, Socket far)
    {
        // Bytes that are still passed on.
        long _question = long.MaxValue;
        long _answer = long.MaxValue;

        internal bool IsCut { get; private set; }

        internal void Limit(int bytes, bool isAnswer)
        {
            Interlocked.Exchange(ref (isAnswer ? ref _answer : ref _question), bytes);
            if (bytes > 0)
                return;
            IsCut = true;
            End();
        }

        internal async Task PassAsync(Socket from, Socket to, bool isAnswer)
        {
            var buffer = new byte[16 * 1024];
            try
            {
                while (await from.ReceiveAsync(buffer) is > 0 and var count)
                {
                    var left = Interlocked.Add(ref (isAnswer ? ref _answer : ref _question), -count);
                    var passed = left < 0 ? Math.Max(0, count + (int)left) : count;
                    for (var sent = 0; sent < passed;)
                        sent += await to.SendAsync(buffer.AsMemory(sent, passed - sent));
                    if (left >= 0)
                        continue;
                    IsCut = true;
                    return;
                }
            }
            catch (Exception error) when (error is SocketException or ObjectDisposedException)
            {
                // One side was killed, or it was cut.
            }
        }

        internal void End()
        {
            foreach (var socket in new[] { near, far })
            {
                try
                {
                    // A reset, as of a host that has gone.
                    if (socket.AddressFamily != AddressFamily.Unix)
                        socket.LingerState = new LingerOption(true, 0);
                }
                catch (Exception error) when (error is SocketException or ObjectDisposedException)
                {
                    // It was closed.
                }

                socket.Dispose();
            }
        }
    }
}
