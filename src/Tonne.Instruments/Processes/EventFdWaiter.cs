using System.Diagnostics;
using Tonne.Instruments.Files;
using Tonne.Recording.Metering;
using Microsoft.Win32.SafeHandles;

namespace Tonne.Instruments.Processes;

/// <summary>
/// Waits by one call of the kernel, <c>poll(2)</c> on an event: a third of the CPU time of a wait of .NET, on a thread that sleeps nearly
/// always.
/// </summary>
sealed class EventFdWaiter : ISampleWaiter
{
    readonly SafeFileHandle _event;

    EventFdWaiter(SafeFileHandle handle) => _event = handle;

    /// <summary>Creates one; null where the kernel has no such event.</summary>
    public static EventFdWaiter? TryCreate()
    {
        var handle = Libc.CreateEventFd();
        if (!handle.IsInvalid)
            return new EventFdWaiter(handle);
        handle.Dispose();
        return null;
    }

    /// <inheritdoc/>
    public void Wait(TimeSpan atMost)
    {
#pragma warning disable RS0030 // The kernel waits in real time.
        var began = Stopwatch.GetTimestamp();
        for (var left = atMost; left > TimeSpan.Zero; left = atMost - Stopwatch.GetElapsedTime(began))
        {
            // A signal may end the call early. Any error other than that would end every further call at once too.
            if (Libc.WaitToRead(_event, (int)Math.Min(int.MaxValue, Math.Ceiling(left.TotalMilliseconds))) is not Libc.Interrupted)
                return;
        }
#pragma warning restore RS0030
    }

    /// <inheritdoc/>
    public void Cancel() => Libc.Write(_event, BitConverter.GetBytes(1L));

    /// <inheritdoc/>
    public void Dispose() => _event.Dispose();
}
