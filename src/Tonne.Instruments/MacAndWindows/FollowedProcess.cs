namespace Tonne.Instruments.MacAndWindows;

/// <summary>One process that is read again and again, and cannot be confused with a later one of the same id.</summary>
/// <param name="id">Its id.</param>
/// <param name="start">When it was started, in a unit of the system; comparable among processes of one boot.</param>
public abstract class FollowedProcess(int id, long start) : IDisposable
{
    /// <summary>Its id.</summary>
    public int Id { get; } = id;

    /// <summary>When it was started, in a unit of the system; comparable among processes of one boot.</summary>
    public long Start { get; } = start;

    /// <summary>Reads what it has used.</summary>
    /// <returns>Null if it has ended and the system has forgotten it.</returns>
    public abstract ProcessUsage? Read();

    /// <inheritdoc/>
    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Gives back what it holds.</summary>
    /// <param name="disposing">Whether it is disposed, not finalized.</param>
    protected virtual void Dispose(bool disposing)
    {
    }
}
