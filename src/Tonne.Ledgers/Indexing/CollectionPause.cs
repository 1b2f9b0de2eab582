using System.Runtime;

namespace Tonne.Ledgers.Indexing;

/// <summary>A time in which the garbage collector does not run, unless more memory is allocated than was asked for.</summary>
readonly struct CollectionPause : IDisposable
{
    const long MinBytes = 8_000_000;
    const long MaxBytes = 230_000_000;

    readonly bool _started;

    CollectionPause(bool started) => _started = started;

    /// <summary>Starts a pause.</summary>
    /// <param name="bytes">Memory that will be allocated, in bytes. Below 8 MB there is no pause, and none where the collector refuses it.</param>
    public static CollectionPause Start(long bytes)
    {
        if (bytes < MinBytes || GCSettings.LatencyMode == GCLatencyMode.NoGCRegion)
            return new CollectionPause(false);
        try
        {
            return new CollectionPause(GC.TryStartNoGCRegion(Math.Min(bytes, MaxBytes)));
        }
        catch (ArgumentOutOfRangeException)
        {
            // More than the collector can hold ready.
            return new CollectionPause(false);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_started && GCSettings.LatencyMode == GCLatencyMode.NoGCRegion)
            GC.EndNoGCRegion();
    }
}
