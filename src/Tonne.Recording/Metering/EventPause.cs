namespace Tonne.Recording.Metering;

/// <summary>Waits as .NET waits, on any system.</summary>
sealed class EventPause : IPause
{
    readonly ManualResetEvent _ended = new(false);

    /// <inheritdoc/>
    public void Wait(TimeSpan atMost) => _ended.WaitOne(atMost);

    /// <inheritdoc/>
    public void End() => _ended.Set();

    /// <inheritdoc/>
    public void Dispose() => _ended.Dispose();
}
