namespace Tonne.Recording.Metering;

/// <summary>Waits by .NET's own means, on any system.</summary>
sealed class EventWaiter : ISampleWaiter
{
    readonly ManualResetEvent _ended = new(false);

    /// <inheritdoc/>
    public void Wait(TimeSpan atMost) => _ended.WaitOne(atMost);

    /// <inheritdoc/>
    public void Cancel() => _ended.Set();

    /// <inheritdoc/>
    public void Dispose() => _ended.Dispose();
}
