using System.Collections.Immutable;
using Tonne.Hardware;
using Tonne.Instruments.Files;
using Tonne.Instruments.Processes;
using Tonne.Quantities;
using Tonne.Recording;
using Tonne.Recording.Metering;
using Tonne.Runs;

namespace Tonne.Instruments.Machines;

/// <summary>
/// The meters of a machine as discovered, and those that follow one job on it: what <see cref="RunRecorder"/> records from.
/// </summary>
public sealed class MachineJob : IMeteredJob
{
    readonly DiscoveryResult _discovery;
    readonly JobInstruments _job;
    readonly Func<TimeSpan, Overhead>? _measureOverhead;
    readonly bool _ownsDiscovery;
    IReadOnlyList<Warning> _jobWarnings = [];
    readonly DataTrafficCounter _traffic = new();
    readonly ResourceReservation _reservation;

    /// <summary>Joins a machine and a job.</summary>
    /// <param name="discovery">The machine; stays the caller's to dispose.</param>
    /// <param name="job">The instruments of the job; disposed with this object.</param>
    /// <param name="holder">This process.</param>
    /// <param name="measureOverhead">Measures what recording has cost, given the CPU time of the sampling thread. Default: that CPU
    /// time.</param>
    /// <param name="reservation">What is reserved for the job. Default: the limits of this process.</param>
    public MachineJob(DiscoveryResult discovery, JobInstruments job, RunHolder holder, Func<TimeSpan, Overhead>? measureOverhead = null, ResourceReservation? reservation = null)
        : this(discovery, job, holder, measureOverhead, reservation, ownsDiscovery: false)
    {
    }

    MachineJob(DiscoveryResult discovery, JobInstruments job, RunHolder holder, Func<TimeSpan, Overhead>? measureOverhead, ResourceReservation? reservation, bool ownsDiscovery)
    {
        _reservation = reservation ?? ResourceReservation.ReadOwn();
        (_discovery, _job, Holder, _measureOverhead, _ownsDiscovery) = (discovery, job, holder, measureOverhead, ownsDiscovery);
        discovery.TrackJob(job);
        Meters = [.. discovery.Meters, .. job.Meters];
    }

    /// <summary>
    /// Opens the meters of this machine for a run of this process: the job is the process with all its threads and descendants.
    /// </summary>
    /// <remarks>
    /// The process is one job: of two runs at the same time, both have all of it, and the later one has the earlier as its parent, so that a
    /// sum counts it once. The cost of recording is part of the job, and stated
    /// as its overhead.
    /// A method for <see cref="RunRecorder"/>: <c>new RunRecorder(MachineJob.OpenThisProcess, ledger)</c>.
    /// </remarks>
    /// <param name="runId">Id of the run.</param>
    public static MachineJob OpenThisProcess(string runId) => OpenThisProcess(runId, null);

    /// <summary>Opens the meters of this machine for a run of this process, with what is known of the machine beforehand.</summary>
    /// <param name="runId">Id of the run.</param>
    /// <param name="options">What is known of the machine. Default: nothing but the environment.</param>
    public static MachineJob OpenThisProcess(string runId, DiscoveryOptions? options)
    {
        ArgumentException.ThrowIfNullOrEmpty(runId);
        var discovery = MachineDiscovery.Discover(
            FileTree.Local, options ?? new DiscoveryOptions { EnvironmentVariable = Environment.GetEnvironmentVariable });
        try
        {
            var holder = ProcessIdentity.GetCurrent();
            return new MachineJob(discovery, JobInstruments.FollowThisProcess(runId, discovery.Machine.BootId, holder, discovery.Machine.Threads), holder, null, null, ownsDiscovery: true);
        }
        catch
        {
            discovery.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public Machine Machine => _discovery.Machine;

    /// <inheritdoc/>
    public IReadOnlyList<IMeter> Meters { get; }

    /// <inheritdoc/>
    public ImmutableArray<ComponentBasis> Bases => _discovery.Bases;

    /// <inheritdoc/>
    public ImmutableArray<Rate> Rates => _discovery.Rates;

    /// <inheritdoc/>
    public RunFallback? Fallback => _discovery.Fallback;

    /// <inheritdoc/>
    public RunHolder Holder { get; }

    /// <inheritdoc/>
    public string User { get; } = Environment.UserName;

    /// <inheritdoc/>
    public string Node { get; } = Environment.MachineName;

    /// <inheritdoc/>
    public ContainerIdentity? Container { get; } = ContainerDetector.Detect(Environment.GetEnvironmentVariable);

    /// <inheritdoc/>
    public string? EnclosingRun => _job.EnclosingRun;

    /// <inheritdoc/>
    public bool MayBeInside(string runId) => _job.MayBeInside(runId);

    /// <inheritdoc/>
    public ImmutableArray<Warning> Warnings => ListWarnings(_discovery);

    /// <summary>Warnings of a machine at the start of a run.</summary>
    internal static ImmutableArray<Warning> ListWarnings(DiscoveryResult discovery) =>
        [.. discovery.Warnings, .. discovery.Missing.Where(meter => meter.Remedies.Count > 0).Select(CreateMissingMeterWarning)];

    /// <inheritdoc/>
    public double? ReservedThreadShare => _reservation.ThreadShare;

    /// <inheritdoc/>
    public long? ReservedMemoryBytes => _reservation.MemoryBytes;

    /// <inheritdoc/>
    public bool NeedsPowerIntegration => _discovery.NeedsPowerIntegration;

    /// <inheritdoc/>
    public Func<long> ThreadCpuClock => ProcessIdentity.GetThreadCpuNanoseconds;

    /// <inheritdoc/>
    public ISampleWaiter? CreateWaiter() => EventFdWaiter.TryCreate();

    /// <inheritdoc/>
    public long? CompleteAccount()
    {
        // The last sample reads this process's own clock, which is exact.
        long? settled = null;
        if (!_job.FollowsThisProcess)
            (settled, _jobWarnings) = _job.GetFinalCpuTime();
        _discovery.PrepareFinalSample();
        return settled;
    }

    /// <inheritdoc/>
    public IEnumerable<Warning> GetFinalWarnings() => [.. _jobWarnings, .. _discovery.GetFinalWarnings()];

    /// <inheritdoc/>
    public DataTraffic? CountDataTraffic() => _traffic.Count();

    /// <inheritdoc/>
    public Overhead MeasureOverhead(TimeSpan samplerCpu) =>
        _measureOverhead?.Invoke(samplerCpu) ?? new Overhead(samplerCpu.TotalSeconds, samplerCpu.TotalSeconds, 0);

    /// <inheritdoc/>
    public void Dispose()
    {
        _job.Dispose();
        if (_ownsDiscovery)
            _discovery.Dispose();
    }

    static Warning CreateMissingMeterWarning(MissingMeter meter) =>
        new("meter-missing", $"{meter.Id} is not read: {meter.Reason}.", "'tonne doctor' shows how to enable it.");
}
