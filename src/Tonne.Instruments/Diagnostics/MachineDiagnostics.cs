using Tonne.Instruments.Files;
using Tonne.Instruments.Machines;
using Tonne.Instruments.Modelled;
using Tonne.Instruments.Processes;
using Tonne.Quantities;
using Tonne.Recording.Metering;
using Tonne.Runs;

namespace Tonne.Instruments.Diagnostics;

/// <summary>
/// Examines a machine, or a stand-in of one: meters found, meters missing, the reasons, and the commands that would enable them.
/// </summary>
/// <remarks>
/// On this machine it makes a control group and removes it again, registers and removes a live run, and takes some hundred samples.
/// </remarks>
public static class MachineDiagnostics
{
    const int Samples = 200;

    /// <summary>Examines the files below a root.</summary>
    /// <param name="tree">The machine's files.</param>
    /// <param name="place">Where it probably is (<see cref="PlaceDetection.PlaceDetector"/>), or where it is said to be.</param>
    /// <param name="options">What is known of the machine beforehand.</param>
    public static DiagnosticsReport Run(FileTree tree, Place place, DiscoveryOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(tree);
        using var found = MachineDiscovery.Discover(tree, options);
        var meters = found.Meters.Select(meter => (meter.Description, Reading: meter.Read(0)))
            .Select(seen => new MeterStatus(seen.Description, seen.Reading.IsGap ? null : seen.Reading.Value, seen.Reading.Reason)).ToList();
        var examination = new DiagnosticsReport
        {
            Root = tree.Root,
            Machine = found.Machine,
            Place = place,
            Meters = meters,
            Missing = found.Missing,
            Bases = found.Bases,
            IdleWatts = ModelMachinePower(found.Power, found.Power.Threads, 0),
            FullWatts = ModelMachinePower(found.Power, 0, found.Power.Threads),
            Warnings = found.Warnings,
        };
        if (tree.IsSysroot)
            return examination;
        var identity = ProcessIdentity.GetCurrent();
        using var job = new JobInstruments($"examination-{identity.ProcessStart}", identity, found.Machine.Threads, static () => 0);
        meters.AddRange(job.Meters.Select(meter => (meter.Description, Reading: meter.Read(0))).Select(seen => new MeterStatus(seen.Description, seen.Reading.IsGap ? null : seen.Reading.Value, seen.Reading.Reason)));
        return examination with
        {
            ControlGroup = OperatingSystem.IsLinux() ? CheckControlGroup(job) : null,
            Reservation = ResourceReservation.ReadOwn(),
            Cost = MeasureSamplingCost([.. found.Meters, .. job.Meters]),
        };
    }

    /// <summary>The model's power with so many idle and so many busy threads, with bounds.</summary>
    static Bounds ModelMachinePower(MachinePower power, int idleThreads, int busyThreads)
    {
        var rates = MachineModel.CreateWholeMachineRates(power).Rates;
        var terms = new List<Derivation>();
        foreach (var rate in rates)
        {
            var amount = MachineModel.AppliesToMemory(rate) ? power.MemoryBytes / 1e9
                : MachineModel.AppliesToIdleThreads(rate) ? idleThreads : busyThreads;
            if (amount > 0)
                terms.Add(new Derivation.Product(rate.Id, "W", [rate.Derivation, new Derivation.Count(rate.Id, rate.Per + "/s", amount)]));
        }

        return new UncertaintyPropagator().ComputeBounds(new Derivation.Sum("machine at its plug", "W", [.. terms]));
    }

    static ControlGroupSupport CheckControlGroup(JobInstruments job)
    {
        if (job.IsExact)
            return new ControlGroupSupport(true, job.EnterFiles[0].EndsWith("tasks", StringComparison.Ordinal) ? 1 : 2, Path.GetDirectoryName(job.ReturnFiles[0]), [], []);
        return new ControlGroupSupport(false, null, null, job.RefusalReasons,
        [
            new Remedy("run in a scope that systemd hands over to you", "systemd-run --user --scope -p Delegate=yes tonne run -- COMMAND", PersistsAcrossReboots: false),
            new Remedy("run as root", "sudo tonne run -- COMMAND", PersistsAcrossReboots: false),
        ]);
    }

    static SamplingCost MeasureSamplingCost(IReadOnlyList<IMeter> meters)
    {
        // A second apart, as by default: what is done once a second is done in each.
        Sample(1, 20);
        var before = ProcessIdentity.GetThreadCpuNanoseconds();
        Sample(21, Samples);
        return new SamplingCost((ProcessIdentity.GetThreadCpuNanoseconds() - before) / 1e3 / Samples, Samples, meters.Count);

        void Sample(long first, int count)
        {
            for (var second = first; second < first + count; second++)
            {
                foreach (var meter in meters)
                    meter.Read(second * 1_000_000_000);
            }
        }
    }
}
