namespace Tonne.Recording.Metering;

/// <summary>
/// Waits on the sampler's thread for the next sample. Most CPU time of a sample is spent on waiting, so an instrument may provide a
/// cheaper way.
/// </summary>
public interface ISampleWaiter : IDisposable
{
    /// <summary>Waits for a duration, or until the wait is ended. Called by one thread.</summary>
    /// <param name="atMost">Not negative.</param>
    void Wait(TimeSpan atMost);

    /// <summary>Ends the wait in progress and all later ones at once. From any thread.</summary>
    void Cancel();
}
