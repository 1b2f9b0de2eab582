using Microsoft.Extensions.Hosting;

namespace Tonne.Hosting;

/// <summary>Starts the recording before the other services of the host start, and ends it after they have stopped.</summary>
// The metrics are asked for here so that they exist from the start, whether or not anybody listens yet.
sealed class HostRecordingService(HostRecording recording, TonneMetrics metrics) : IHostedLifecycleService
{
    /// <inheritdoc/>
    public async Task StartingAsync(CancellationToken cancellationToken)
    {
        await recording.StartAsync(cancellationToken).ConfigureAwait(false);
        metrics.Start();
    }

    /// <inheritdoc/>
    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task StoppedAsync(CancellationToken cancellationToken) => recording.FinishAsync(cancellationToken);
}
