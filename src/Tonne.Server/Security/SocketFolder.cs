using System.Net.Sockets;

namespace Tonne.Server.Security;

/// <summary>The folder of a Unix socket: only its owner may open it, since who can open it needs no token.</summary>
static class SocketFolder
{
    const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    // sun_path of Linux has 108 bytes, the last of them 0.
    const int MaxPathBytes = 107;

    /// <summary>Creates the folder if it is not there, and removes a socket that no server listens on.</summary>
    /// <param name="socket">Path of the socket.</param>
    /// <exception cref="ServerStartException">Others can open the folder, or a server listens there.</exception>
    public static void Prepare(string socket)
    {
        if (OperatingSystem.IsWindows())
            throw new ServerStartException("--socket works on Linux and macOS only.");
        if (System.Text.Encoding.UTF8.GetByteCount(socket) > MaxPathBytes)
            throw new ServerStartException($"--socket '{socket}' is longer than {MaxPathBytes} bytes, the most that the system takes: give a shorter path.");
        var folder = Path.GetDirectoryName(socket)!;
        try
        {
            if (!Directory.Exists(folder))
                Directory.CreateDirectory(folder, OwnerOnly);
            if ((File.GetUnixFileMode(folder) & ~OwnerOnly) != UnixFileMode.None)
                throw new ServerStartException($"other users can open the folder {folder}, and a socket needs no token: chmod 700 {folder}, or give another folder.");
            RemoveUnused(socket);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new ServerStartException($"--socket '{socket}': {error.Message}", error);
        }
    }

    static void RemoveUnused(string socket)
    {
        if (!Path.Exists(socket))
            return;
        using var probe = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            probe.Connect(new UnixDomainSocketEndPoint(socket));
        }
        catch (SocketException error) when (error.SocketErrorCode == SocketError.ConnectionRefused && !File.GetAttributes(socket).HasFlag(FileAttributes.Directory)
            && new FileInfo(socket).Length == 0)
        {
            // A server that was killed left it.
            File.Delete(socket);
            return;
        }
        catch (SocketException error)
        {
            throw new ServerStartException($"--socket '{socket}' exists and is no socket of a server: {error.Message}. Give another path.", error);
        }

        throw new ServerStartException($"another server listens on {socket}: stop it, or give another path.");
    }
}
