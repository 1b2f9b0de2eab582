namespace Tonne.Services.Recording;

/// <summary>Where requests and tokens of a service come from: counters of its server, or requests that passed by.</summary>
public interface IUseSource : IDisposable
{
    /// <summary>What it is, in words: an address, a file.</summary>
    string Description { get; }

    /// <summary>Whether readings have single requests (<see cref="UseReading.Requests"/>). Default: no, sums only.</summary>
    bool HasSingleRequests => false;

    /// <summary>Goes on from the state that an earlier process left. Called before the first look, if there is one.</summary>
    /// <param name="state">The state (<see cref="UseReading.State"/>).</param>
    void Restore(string state);

    /// <summary>Looks what happened since the last look. Must not throw; what fails is a reason.</summary>
    /// <param name="cancellationToken">Cancels the look.</param>
    ValueTask<UseReading> ReadAsync(CancellationToken cancellationToken);
}
