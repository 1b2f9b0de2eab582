using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Text;

namespace Tonne.Instruments.Marks;

/// <summary>A Unix stream socket: by the kernel's own calls on Linux, by .NET's elsewhere.</summary>
/// <remarks>System.Net.Sockets costs 20 ms to load, in a program that is to start in 50; the few calls needed here cost microseconds.</remarks>
sealed partial class UnixSocket : IDisposable
{
    // From the Linux headers; the same on x86-64 and arm64.
    const int Family = 1; // AF_UNIX
    const int Stream = 1; // SOCK_STREAM
    const int CloseOnExec = 0x80000; // SOCK_CLOEXEC
    const int NonBlocking = 0x800; // SOCK_NONBLOCK
    const int NoSignal = 0x4000; // MSG_NOSIGNAL
    const int Level = 1; // SOL_SOCKET
    const int ReceiveLimit = 20; // SO_RCVTIMEO
    const int SendLimit = 21; // SO_SNDTIMEO, which also bounds connect
    const int Again = 11; // EAGAIN
    const int Interrupted = 4; // EINTR

    int _handle;

    readonly Socket? _managed;

    UnixSocket(int handle) => _handle = handle;

    UnixSocket(Socket managed) => (_managed, _handle) = (managed, -1);

    /// <summary>Makes a socket at a path and listens.</summary>
    /// <exception cref="IOException">The kernel says no, with its reason.</exception>
    public static UnixSocket Listen(string path, int queue)
    {
        if (!OperatingSystem.IsLinux())
            return ListenManaged(path, queue);
        var socket = Open(NonBlocking);
        var address = CreateAddress(path);
        if (Bind(socket._handle, address, address.Length) == 0 && Listen(socket._handle, queue) == 0)
            return socket;
        var error = CreateException();
        socket.Dispose();
        throw error;
    }

    /// <summary>Connects to a path; connecting, sending and receiving are given up after the limit.</summary>
    /// <exception cref="IOException">The kernel says no, with its reason; <see cref="Exception.HResult"/> is the number.</exception>
    public static UnixSocket Connect(string path, TimeSpan timeout)
    {
        if (!OperatingSystem.IsLinux())
            return ConnectManaged(path, timeout);
        var socket = Open(0);
        Span<byte> time = stackalloc byte[16];
        BitConverter.TryWriteBytes(time, timeout.Ticks / TimeSpan.TicksPerSecond);
        BitConverter.TryWriteBytes(time[8..], timeout.Ticks % TimeSpan.TicksPerSecond / TimeSpan.TicksPerMicrosecond);
        _ = SetOption(socket._handle, Level, SendLimit, time, time.Length);
        _ = SetOption(socket._handle, Level, ReceiveLimit, time, time.Length);
        var address = CreateAddress(path);
        if (Connect(socket._handle, address, address.Length) == 0)
            return socket;
        var error = CreateException();
        socket.Dispose();
        throw error;
    }

    /// <summary>Takes the next of those who wait; null if there is none.</summary>
    public UnixSocket? Accept() => _managed is not null ? AcceptManaged() : Accept(_handle, 0, 0, CloseOnExec | NonBlocking) is >= 0 and var handle ? new UnixSocket(handle) : null;

    /// <summary>Takes bytes that have come.</summary>
    /// <returns>How many; 0 at the end; null if there are none now.</returns>
    /// <exception cref="IOException">The connection is broken.</exception>
    public int? Receive(Span<byte> bytes)
    {
        if (_managed is not null)
            return ReceiveManaged(bytes);
        while (true)
        {
            if (Receive(_handle, bytes, (nuint)bytes.Length, 0) is >= 0 and var count)
                return (int)count;
            switch (Marshal.GetLastPInvokeError())
            {
                case Interrupted:
                    continue;
                case Again:
                    return null;
                default:
                    throw CreateException();
            }
        }
    }

    /// <summary>Sends bytes.</summary>
    /// <returns>Whether all of them went out.</returns>
    public bool Send(ReadOnlySpan<byte> bytes) => _managed is not null ? SendManaged(bytes) : Send(_handle, bytes, (nuint)bytes.Length, NoSignal) == bytes.Length;

    public void Dispose()
    {
        _managed?.Dispose();
        if (Interlocked.Exchange(ref _handle, -1) is >= 0 and var handle)
            _ = Close(handle);
    }

    /// <summary>Waits until one of the sockets can be read, or is closed on the other side.</summary>
    /// <param name="sockets">Sockets, all of one kind; at most <see cref="MarkServer.MaxConnections"/> and one more.</param>
    /// <param name="isReady">Says of each whether it is ready.</param>
    /// <param name="milliseconds">Longest wait; −1 for ever.</param>
    /// <returns>How many are ready; below 0 if waiting failed.</returns>
    public static int Wait(ReadOnlySpan<UnixSocket> sockets, Span<bool> isReady, int milliseconds)
    {
        if (sockets.Length == 0 && !OperatingSystem.IsLinux())
        {
            using var never = new ManualResetEventSlim();
            never.Wait(milliseconds);
            return 0;
        }

        if (sockets.Length > 0 && sockets[0]._managed is not null)
            return WaitManaged(sockets, isReady, milliseconds);
        Span<PollEntry> entries = stackalloc PollEntry[sockets.Length];
        for (var i = 0; i < sockets.Length; i++)
            entries[i] = new PollEntry(sockets[i]._handle);
        int ready;
        do
            ready = Poll(entries, (nuint)entries.Length, milliseconds);
        while (ready < 0 && Marshal.GetLastPInvokeError() == Interrupted);
        for (var i = 0; i < sockets.Length; i++)
            isReady[i] = entries[i].IsReady;
        return ready;
    }

    internal static UnixSocket ListenManaged(string path, int queue)
    {
        var socket = CreateManaged();
        try
        {
            socket.Bind(CreateEndPoint(path));
            socket.Listen(queue);
            socket.Blocking = false;
            return new UnixSocket(socket);
        }
        catch (SocketException error)
        {
            socket.Dispose();
            throw CreateException(error);
        }
    }

    internal static UnixSocket ConnectManaged(string path, TimeSpan timeout)
    {
        var socket = CreateManaged();
        try
        {
            // A local socket is connected or refused at once, so only the answer may take time.
            (socket.SendTimeout, socket.ReceiveTimeout) = ((int)timeout.TotalMilliseconds, (int)timeout.TotalMilliseconds);
            socket.Connect(CreateEndPoint(path));
            return new UnixSocket(socket);
        }
        catch (SocketException error)
        {
            socket.Dispose();
            throw CreateException(error);
        }
    }

    UnixSocket? AcceptManaged()
    {
        try
        {
            var accepted = _managed!.Accept();
            accepted.Blocking = false;
            return new UnixSocket(accepted);
        }
        catch (SocketException)
        {
            return null;
        }
    }

    int? ReceiveManaged(Span<byte> bytes)
    {
        var count = _managed!.Receive(bytes, SocketFlags.None, out var error);
        return error switch
        {
            SocketError.Success => count,
            SocketError.WouldBlock or SocketError.TimedOut or SocketError.IOPending => null,
            _ => throw CreateException(new SocketException((int)error)),
        };
    }

    bool SendManaged(ReadOnlySpan<byte> bytes) => _managed!.Send(bytes, SocketFlags.None, out var error) == bytes.Length && error == SocketError.Success;

    static int WaitManaged(ReadOnlySpan<UnixSocket> sockets, Span<bool> isReady, int milliseconds)
    {
        var waited = new List<Socket>(sockets.Length);
        foreach (var socket in sockets)
            waited.Add(socket._managed!);
        try
        {
            Socket.Select(waited, null, null, milliseconds < 0 ? -1 : milliseconds * 1000);
        }
        catch (SocketException)
        {
            return -1;
        }

        for (var i = 0; i < sockets.Length; i++)
            isReady[i] = waited.Contains(sockets[i]._managed!);
        return waited.Count;
    }

    static Socket CreateManaged()
    {
        try
        {
            return new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        }
        catch (SocketException error)
        {
            throw CreateException(error);
        }
    }

    static UnixDomainSocketEndPoint CreateEndPoint(string path)
    {
        try
        {
            return new UnixDomainSocketEndPoint(path);
        }
        catch (Exception error) when (error is ArgumentException or PlatformNotSupportedException)
        {
            throw new IOException($"'{path}' is no path of a socket: {error.Message}", error);
        }
    }

    static IOException CreateException(SocketException error) => new(error.Message, (int)error.SocketErrorCode);

    static UnixSocket Open(int flags)
    {
        var handle = MakeSocket(Family, Stream | CloseOnExec | flags, 0);
        return handle >= 0 ? new UnixSocket(handle) : throw CreateException();
    }

    static byte[] CreateAddress(string path)
    {
        var text = Encoding.UTF8.GetBytes(path);
        if (text.Length is 0 or > MarkAddress.MaxPathBytes || text.AsSpan().IndexOf((byte)0) >= 0)
            throw new IOException($"'{path}' is no path of a socket: it has 1 to {MarkAddress.MaxPathBytes} bytes");
        // struct sockaddr_un: the family in two bytes, then the path with its zero.
        var address = new byte[2 + text.Length + 1];
        address[0] = Family;
        text.CopyTo(address, 2);
        return address;
    }

    static IOException CreateException()
    {
        var error = Marshal.GetLastPInvokeError();
        return new IOException(Marshal.GetPInvokeErrorMessage(error), error);
    }

    /// <summary>A descriptor that is waited for: struct pollfd.</summary>
    [StructLayout(LayoutKind.Sequential)]
    struct PollEntry(int handle)
    {
        readonly int _handle = handle;
        readonly short _wanted = 1; // POLLIN
        readonly short _seen;

        public readonly bool IsReady => _seen != 0;
    }

    [LibraryImport("libc", EntryPoint = "socket", SetLastError = true)]
    private static partial int MakeSocket(int family, int type, int protocol);

    [LibraryImport("libc", EntryPoint = "bind", SetLastError = true)]
    private static partial int Bind(int handle, ReadOnlySpan<byte> address, int length);

    [LibraryImport("libc", EntryPoint = "listen", SetLastError = true)]
    private static partial int Listen(int handle, int queue);

    [LibraryImport("libc", EntryPoint = "connect", SetLastError = true)]
    private static partial int Connect(int handle, ReadOnlySpan<byte> address, int length);

    [LibraryImport("libc", EntryPoint = "accept4", SetLastError = true)]
    private static partial int Accept(int handle, nint address, nint length, int flags);

    [LibraryImport("libc", EntryPoint = "recv", SetLastError = true)]
    private static partial nint Receive(int handle, Span<byte> bytes, nuint length, int flags);

    [LibraryImport("libc", EntryPoint = "send", SetLastError = true)]
    private static partial nint Send(int handle, ReadOnlySpan<byte> bytes, nuint length, int flags);

    [LibraryImport("libc", EntryPoint = "setsockopt", SetLastError = true)]
    private static partial int SetOption(int handle, int level, int option, ReadOnlySpan<byte> value, int length);

    [LibraryImport("libc", EntryPoint = "poll", SetLastError = true)]
    private static partial int Poll(Span<PollEntry> entries, nuint count, int milliseconds);

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int Close(int handle);
}
