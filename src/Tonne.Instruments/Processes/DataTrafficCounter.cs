using Tonne.Instruments.Files;
using Tonne.Runs;

namespace Tonne.Instruments.Processes;

/// <summary>
/// Counts the data that moves during a run: storage of the job from <c>/proc/self/io</c>, network of the machine from <c>/proc/net/dev</c>.
/// </summary>
/// <remarks>
/// When a process waits for a child, the kernel adds the child's counts of storage to its own, so they include every descendant that has
/// ended, and this process. A descendant that lives on is not included. The kernel has no count of network traffic per process.
/// Where interfaces of hardware exist, only those are counted, because the traffic of bridges and tunnels passes through them too.
/// Costs two small files at the start and two at the end. Thread safe.
/// </remarks>
sealed class DataTrafficCounter
{
    readonly FileTree _files;
    readonly DataTraffic _start;

    /// <summary>Starts to count.</summary>
    /// <param name="files">The files of the machine. Default: those of the running kernel.</param>
    public DataTrafficCounter(FileTree? files = null)
    {
        _files = files ?? FileTree.Local;
        _start = Read();
    }

    /// <summary>Data moved since the start; null if nothing is counted here. A count that became smaller is null.</summary>
    public DataTraffic? Count()
    {
        var now = Read();
        var counted = new DataTraffic(
            Subtract(now.StorageRead, _start.StorageRead), Subtract(now.StorageWritten, _start.StorageWritten),
            Subtract(now.NetworkReceived, _start.NetworkReceived), Subtract(now.NetworkSent, _start.NetworkSent));
        return counted == new DataTraffic() ? null : counted;
    }

    static long? Subtract(long? now, long? start) => now >= start ? now - start : null;

    DataTraffic Read()
    {
        var io = _files.ReadBytes("proc/self/io", out var refusal);
        var (received, sent) = ReadNetwork();
        return refusal is not null ? new DataTraffic(null, null, received, sent) : new DataTraffic(
            KernelText.TryReadKeyed(io, "read_bytes:"u8, out var read) ? read : null,
            // What was written and deleted before it reached the disk is cancelled.
            KernelText.TryReadKeyed(io, "write_bytes:"u8, out var written)
                ? Math.Max(0, written - (KernelText.TryReadKeyed(io, "cancelled_write_bytes:"u8, out var cancelled) ? cancelled : 0)) : null,
            received, sent);
    }

    (long? Received, long? Sent) ReadNetwork()
    {
        if (_files.ReadText("proc/net/dev") is not { } text)
            return (null, null);
        List<(string Name, long Received, long Sent)> interfaces = [];
        foreach (var line in text.Split('\n').Skip(2))
        {
            var colon = line.IndexOf(':', StringComparison.Ordinal);
            if (colon < 0 || line[..colon].Trim() is not { Length: > 0 } name || name == "lo")
                continue;
            var fields = line[(colon + 1)..].Split(' ', StringSplitOptions.RemoveEmptyEntries);
            // Columns of the kernel's net/core/net-procfs.c: bytes received are the first, bytes sent the ninth.
            if (fields.Length >= 9 && long.TryParse(fields[0], out var received) && long.TryParse(fields[8], out var sent) && received >= 0 && sent >= 0)
                interfaces.Add((name, received, sent));
        }

        var hardware = interfaces.FindAll(entry => _files.Exists($"sys/class/net/{entry.Name}/device"));
        var counted = hardware.Count > 0 ? hardware : interfaces;
        return counted.Count == 0 ? (null, null) : (counted.Sum(entry => entry.Received), counted.Sum(entry => entry.Sent));
    }
}
