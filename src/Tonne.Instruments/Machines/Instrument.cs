using Tonne.Instruments.Processes;
using Tonne.Quantities;
using Tonne.Recording.Metering;
using Tonne.Runs;

namespace Tonne.Instruments.Machines;

/// <summary>One way to read a machine: finds its meters and the parts that they measure, and reports missing meters with reasons.</summary>
/// <remarks>
/// Made by looking at the machine; never throws for what it finds. <see cref="Meters"/> are read by one thread and must not block: what has
/// to be waited for
/// (a network, a slow driver) is asked on a thread of the instrument's own, and the meter gives the newest answer.
/// </remarks>
public abstract class Instrument : IDisposable
{
    /// <summary>
    /// All meters: those that are summed (<see cref="MeterRole.Machine"/>), those contained in others, and those of the processes that used
    /// a device.
    /// </summary>
    public virtual IReadOnlyList<IMeter> Meters => [];

    /// <summary>
    /// The parts of the machine that it can measure, best first. Meters of a part that is not taken are still read, and not summed.
    /// </summary>
    public virtual IReadOnlyList<MeteredPart> Parts => [];

    /// <summary>Meters that could be here and are not.</summary>
    public virtual IReadOnlyList<MissingMeter> Missing => [];

    /// <summary>Warnings known before the first sample.</summary>
    public virtual IReadOnlyList<Warning> Warnings => [];

    /// <summary>Warnings that only the samples could bring; asked after the last one.</summary>
    public virtual IEnumerable<Warning> GetFinalWarnings() => [];

    /// <summary>
    /// From here on, separates the job's use of a device from that of other processes. Called once, before the first sample.
    /// </summary>
    public virtual void TrackJob(IJobProcesses job)
    {
    }

    /// <summary>What the ranks of the job use of each device, if the job has ranks and the instrument can tell. Default: none.</summary>
    public virtual IReadOnlyList<IDeviceUsers> DeviceUsers => [];

    /// <summary>The job has ended: have the newest values ready for the last sample. May wait a second at most.</summary>
    public virtual void PrepareFinalSample()
    {
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Gives back what it holds.</summary>
    protected virtual void Dispose(bool disposing)
    {
    }
}
