namespace Tonne.Runs;

/// <summary>Data that moved during a run, in bytes, as the kernel counts it. Null where it is not counted.</summary>
/// <param name="StorageRead">Read from storage by the job's processes; what came from the page cache is not counted.</param>
/// <param name="StorageWritten">Written towards storage by the job's processes, and tonne's own trace.</param>
/// <param name="NetworkReceived">Received over the machine's network interfaces by all its processes, loopback left out.</param>
/// <param name="NetworkSent">Sent over them.</param>
public sealed record DataTraffic(long? StorageRead = null, long? StorageWritten = null, long? NetworkReceived = null, long? NetworkSent = null)
{
    /// <summary>Received and sent; null where neither is counted.</summary>
    [System.Text.Json.Serialization.JsonIgnore]
    public long? Network => NetworkReceived is null && NetworkSent is null ? null : (NetworkReceived ?? 0) + (NetworkSent ?? 0);
}
