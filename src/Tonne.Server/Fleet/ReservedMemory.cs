using Tonne.Server.Api;

namespace Tonne.Server.Fleet;

/// <summary>The memory of one push.</summary>
/// <param name="memory">That of all.</param>
sealed class ReservedMemory(PushMemory memory) : IDisposable
{
    long _taken;

    /// <summary>Takes memory.</summary>
    /// <exception cref="RequestProblemException">The other pushes have it.</exception>
    public void Take(long bytes)
    {
        if (!memory.TryTake(bytes))
            throw new RequestProblemException(StatusCodes.Status503ServiceUnavailable, "too much is pushed at a time", "server",
                "Push again later.");
        _taken += bytes;
    }

    /// <summary>Gives all of it back.</summary>
    public void Dispose() => memory.GiveBack(Interlocked.Exchange(ref _taken, 0));
}
