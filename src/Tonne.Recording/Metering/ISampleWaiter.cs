namespace Tonne.Recording.Metering;

/// <summary>How the sampler's thread waits for its next sample. Waiting is most of what a sample costs, so an instrument may know a cheaper way.</summary>
public interface ISampleWaiter : IDisposable
{
    /// <summary>Waits so long, or until it is ended. Called by one thread.</summary>
    /// <param name="atMost">Not negative.</param>
    void Wait(TimeSpan atMost);

    /// <summary>Ends the wait in progress and all later ones at once. From any thread.</summary>
    void Cancel();
}
