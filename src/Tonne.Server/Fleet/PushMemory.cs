namespace Tonne.Server.Fleet;

/// <summary>The memory that all pushes together may take. Thread-safe.</summary>
/// <param name="maxBytes">Most bytes.</param>
sealed class PushMemory(long maxBytes)
{
    long _used;

    /// <summary>Begins a push, which gives its memory back at its end.</summary>
    public ReservedMemory Begin() => new(this);

    /// <summary>Takes memory.</summary>
    /// <returns>Whether there was enough; else nothing was taken.</returns>
    internal bool TryTake(long bytes)
    {
        if (Interlocked.Add(ref _used, bytes) <= maxBytes)
            return true;
        GiveBack(bytes);
        return false;
    }

    /// <summary>Gives memory back.</summary>
    internal void GiveBack(long bytes) => Interlocked.Add(ref _used, -bytes);
}
