namespace Tonne.Services.Recording;

/// <summary>No source: requests and tokens are not known, and all energy of the service is idle.</summary>
public sealed class NoUseSource : IUseSource
{
    /// <inheritdoc/>
    public string Description => "no source of requests";

    /// <inheritdoc/>
    public void Restore(string state)
    {
    }

    /// <inheritdoc/>
    public ValueTask<UseReading> ReadAsync(CancellationToken cancellationToken) => new(new UseReading([]));

    /// <inheritdoc/>
    public void Dispose()
    {
    }
}
