using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using Tonne.Instruments.Files;
using Tonne.Instruments.Processes;

namespace Tonne.Instruments.Marks;

/// <summary>The address at which a run receives marks: a Unix socket in a private folder.</summary>
public static partial class MarkAddress
{
    /// <summary>The environment variable in which a child finds the path of the socket.</summary>
    public const string EnvironmentVariable = Recording.ParentRun.SocketVariable;

    /// <summary>Longest path a Unix socket can have on Linux, in bytes (unix(7): 108 with the final zero).</summary>
    public const int MaxPathBytes = 107;

    const int Attempts = 100;
    static readonly TimeSpan StartupGracePeriod = TimeSpan.FromMinutes(1);
    const string Prefix = "tonne-";
    const string SocketName = "run";
    const int Exists = 17; // EEXIST
    const int Refused = 111; // ECONNREFUSED
    const uint OwnerOnly = 0x1C0; // 0700

    /// <summary>Makes a private folder and says the path of the socket in it.</summary>
    /// <param name="runtimeDirectory">The user's runtime folder (<c>XDG_RUNTIME_DIR</c>), tried first; null if there is none. Then <c>/tmp</c>.</param>
    /// <param name="timestamp">Now, to make the name unlike others of this process.</param>
    /// <exception cref="IOException">No folder can be made in either.</exception>
    internal static string CreateSocketPath(string? runtimeDirectory, long timestamp)
    {
        var reasons = new List<string>();
        foreach (var parent in new[] { runtimeDirectory, OperatingSystem.IsLinux() ? "/tmp" : Path.GetTempPath() })
        {
            if (string.IsNullOrEmpty(parent) || !Path.IsPathRooted(parent))
                continue;
            for (var attempt = 0; attempt < Attempts; attempt++)
            {
                // Cheap: a random generator costs milliseconds at its first use. Nothing rests on secrecy, for a folder that is there already is refused.
                var folder = Path.Combine(parent, string.Create(CultureInfo.InvariantCulture, $"{Prefix}{Environment.ProcessId:x}-{(timestamp + attempt) & 0xffffffff:x}"));
                var socket = Path.Combine(folder, SocketName);
                if (Encoding.UTF8.GetByteCount(socket) > MaxPathBytes)
                {
                    reasons.Add(parent + ": the path would be too long for a socket");
                    break;
                }

                if (!OperatingSystem.IsLinux())
                {
                    if (TryMakeFolder(folder, out var refusal))
                        return socket;
                    reasons.Add($"{parent}: {refusal}");
                    break;
                }

                if (MakeFolder(folder, OwnerOnly) == 0)
                    return socket;
                var error = Marshal.GetLastPInvokeError();
                if (error == Exists && attempt < Attempts - 1)
                    continue;
                reasons.Add(parent + ": " + Marshal.GetPInvokeErrorMessage(error));
                break;
            }
        }

        throw new IOException("No folder for the socket of marks could be made (" + string.Join("; ", reasons) + ").");
    }

    /// <summary>Makes a folder for its owner only. On Windows that is what a folder below the user's own temporary folder is.</summary>
    static bool TryMakeFolder(string folder, out string? refusal)
    {
        refusal = "the folder is there already";
        if (Path.Exists(folder))
            return false;
        try
        {
            if (OperatingSystem.IsWindows())
                Directory.CreateDirectory(folder);
            else
                Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            return true;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            refusal = error.Message;
            return false;
        }
    }

    /// <summary>Removes what runs that were killed have left in a folder: sockets whose maker is gone and on which nobody listens, and folders that never had one (it may live where we see no processes: in a container).</summary>
    /// <param name="parent">The folder, such as <c>/tmp</c>.</param>
    /// <param name="now">Now: a folder without a socket may belong to a run that is about to listen, unless it is old.</param>
    internal static void RemoveStaleSockets(string parent, DateTimeOffset now)
    {
        try
        {
            foreach (var folder in Directory.EnumerateDirectories(parent, Prefix + "*-*"))
            {
                var maker = Path.GetFileName(folder.AsSpan())[Prefix.Length..];
                maker = maker[..maker.IndexOf('-')];
                if (int.TryParse(maker, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var process) && process > 0
                    && ProcessIdentity.GetStartTicks(process) is null)
                {
                    RemoveIfStale(folder, now);
                }
            }
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // Another user's, or another sweep was quicker; the next run looks again.
        }
    }

    /// <summary>Removes a folder of this user, no link, that holds nothing or a socket on which nobody listens.</summary>
    static void RemoveIfStale(string folder, DateTimeOffset now)
    {
        // Elsewhere the temporary folder is the user's own, and the system clears it.
        if (!OperatingSystem.IsLinux())
            return;
        using var opened = TrustedFolder.TryOpen(folder, out _);
        if (opened?.Status is not { } status || status.Owner != Libc.GetUser())
            return;
        if (opened.GetStatus(SocketName) is { } socket)
        {
            // Connecting to a file that is no socket is refused too, and that file is somebody's.
            if (!socket.IsSocket || socket.Owner != status.Owner
                || !IsRefused(Path.Combine(folder, SocketName)) || !opened.Delete(SocketName, socket))
            {
                return;
            }
        }
        else if (now.ToUnixTimeSeconds() - status.ModifiedSeconds <= StartupGracePeriod.TotalSeconds)
        {
            return;
        }

        // A folder that holds anything else is not removed.
        Directory.Delete(folder);
    }

    static bool IsRefused(string socket)
    {
        try
        {
            UnixSocket.Connect(socket, TimeSpan.FromMilliseconds(10)).Dispose();
            return false;
        }
        catch (IOException error)
        {
            return error.HResult == Refused;
        }
    }

    [LibraryImport("libc", EntryPoint = "mkdir", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int MakeFolder(string path, uint mode);
}
