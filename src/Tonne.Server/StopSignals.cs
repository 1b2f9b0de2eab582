using System.Runtime.InteropServices;

namespace Tonne.Server;

/// <summary>Stops the server at Ctrl-C, SIGTERM or when its terminal is closed.</summary>
static class StopSignals
{
    /// <summary>Registers an action until the result is disposed.</summary>
    public static IDisposable Register(Action stop) => new Registrations(
        [.. new[] { PosixSignal.SIGINT, PosixSignal.SIGTERM, PosixSignal.SIGHUP }.Select(signal => PosixSignalRegistration.Create(signal, received =>
        {
            received.Cancel = true;
            stop();
        }))]);

    sealed class Registrations(PosixSignalRegistration[] list) : IDisposable
    {
        public void Dispose()
        {
            foreach (var registration in list)
                registration.Dispose();
        }
    }
}
