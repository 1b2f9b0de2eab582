using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace Tonne.Cli.Slurm;

/// <summary>Writes messages where an administrator looks: the system's log, and a file beside the files of the recorders.</summary>
/// <remarks>It never throws and never waits: nobody can help a prolog that cannot write its message.</remarks>
sealed class AdminLog(string folder, TimeProvider time)
{
    const string Socket = "/dev/log";
    const long MaxFileBytes = 1024 * 1024;

    // The daemon facility, 3, with severity warning, 4 (RFC 3164).
    const int Priority = (3 * 8) + 4;

    /// <summary>Writes a message, with the job it is about.</summary>
    public void Write(string subject, string text)
    {
        var line = $"slurm {subject}: {text.ReplaceLineEndings(" ")}";
        WriteToSystemLog(line);
        WriteToFile(line);
    }

    static void WriteToSystemLog(string line)
    {
        try
        {
            if (!File.Exists(Socket))
                return;
            using var socket = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified) { Blocking = false };
            socket.SendTo(Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"<{Priority}>tonne[{Environment.ProcessId}]: {line}")), new UnixDomainSocketEndPoint(Socket));
        }
        catch (Exception error) when (error is SocketException or IOException or UnauthorizedAccessException or ArgumentException)
        {
            // The file has it.
        }
    }

    void WriteToFile(string line)
    {
        try
        {
            var path = Path.Combine(folder, "log");
            if (new FileInfo(path) is { Exists: true, Length: > MaxFileBytes })
                File.Move(path, path + ".1", overwrite: true);
            File.AppendAllText(path, string.Create(CultureInfo.InvariantCulture, $"{time.GetUtcNow():yyyy-MM-dd'T'HH:mm:ss'Z'} {line}\n"));
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // The system's log has it.
        }
    }
}
