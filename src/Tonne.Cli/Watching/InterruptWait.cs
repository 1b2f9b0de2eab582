using System.Runtime.InteropServices;

namespace Tonne.Cli.Watching;

/// <summary>Waits that Ctrl-C or SIGTERM end, so that a recording is closed before the process ends.</summary>
sealed class InterruptWait : IDisposable
{
    readonly ManualResetEventSlim _stopped = new();
    readonly PosixSignalRegistration[] _registrations;

    public InterruptWait() =>
        _registrations = [.. new[] { PosixSignal.SIGINT, PosixSignal.SIGTERM, PosixSignal.SIGHUP }.Select(signal => PosixSignalRegistration.Create(signal, received =>
        {
            received.Cancel = true;
            _stopped.Set();
        }))];

    /// <summary>Whether the user wants to stop.</summary>
    public bool IsStopped => _stopped.IsSet;

    /// <summary>Waits.</summary>
    /// <returns>True if the user wants to stop.</returns>
    public bool Wait(TimeSpan time) => _stopped.Wait(time);

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var registration in _registrations)
            registration.Dispose();
        _stopped.Dispose();
    }
}
