using System.Runtime.InteropServices;

namespace Tonne.Cli.Watching;

/// <summary>Waits that Ctrl-C or SIGTERM end, so that a recording is closed before the process ends; where there is no SIGTERM, the end
/// of standard input can.</summary>
sealed class InterruptWait : IDisposable
{
    readonly ManualResetEventSlim _stopped = new();
    readonly PosixSignalRegistration[] _registrations;

    public InterruptWait() =>
        _registrations = [.. new[] { PosixSignal.SIGINT, PosixSignal.SIGTERM, PosixSignal.SIGHUP }.Select(signal =>
            PosixSignalRegistration.Create(signal, received =>
        {
            received.Cancel = true;
            _stopped.Set();
        }))];

    /// <summary>From here on, the end of standard input ends the waits too: Windows has no signal by which a program could ask for
    /// it.</summary>
    public void StopAtEndOfInput()
    {
        var reader = new Thread(
            () =>
            {
                try
                {
                    using var input = Console.OpenStandardInput();
                    var bytes = new byte[64];
                    while (input.Read(bytes, 0, bytes.Length) > 0)
                    {
                    }
                }
                catch (IOException)
                {
                    // The other side is gone.
                }

                _stopped.Set();
            },
            256 * 1024)
        { IsBackground = true, Name = "input" };
        reader.Start();
    }

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
