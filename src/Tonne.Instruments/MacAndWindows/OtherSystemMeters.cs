using Tonne.Instruments.Files;
using Tonne.Instruments.Machines;
using Tonne.Instruments.Processes;

namespace Tonne.Instruments.MacAndWindows;

/// <summary>Reports meters of macOS and Windows that this version cannot read, and what is used instead.</summary>
/// <remarks>
/// The place for them: an instrument each beside this one. macOS: IOReport's energy model (as powermetrics shows it) and the SMC's power
/// of the whole machine.
/// Windows: the Energy Meter Interface (EMI) devices.
/// </remarks>
sealed class OtherSystemMeters : Instrument
{
    readonly List<MissingMeter> _missing = [];

    /// <summary>Looks which system this is: the running one, or the one a stand-in names in <c>proc/sys/kernel/ostype</c>.</summary>
    /// <param name="tree">The files of the machine.</param>
    /// <param name="system">The system; null if it is Linux, or a folder of its files.</param>
    public OtherSystemMeters(FileTree tree, HostSystem? system = null)
    {
        ArgumentNullException.ThrowIfNull(tree);
        var named = system?.Name ?? tree.ReadLine("proc/sys/kernel/ostype");
        if (named is "Darwin" or "macOS")
        {
            _missing.Add(new MissingMeter("ioreport", "IOReport",
                "macOS reports the energy of processor, GPU and memory by IOReport (as powermetrics shows it); "
                + "this version does not read it, and models instead", null, [PlugMeter]));
            _missing.Add(new MissingMeter("smc", "AppleSMC",
                "macOS reports the power of the whole machine by the SMC; this version does not read it", null, []));
            _missing.Add(new MissingMeter("gpu", "IOAccelerator", "the use of Apple's GPU is not read, so its energy is not counted", null, []));
        }
        else if (named is "Windows" or "Windows_NT")
        {
            _missing.Add(new MissingMeter("emi", "EMI",
                "Windows reports the energy of some processors by the Energy Meter Interface; "
                + "this version does not read it, and models instead", null, [PlugMeter]));
            _missing.Add(new MissingMeter("gpu", "D3DKMT",
                "GPUs of AMD and Intel are not read on Windows, so their energy is not counted; those of NVIDIA are", null, []));
        }

        if (system is null)
            return;
        _missing.AddRange(system.ListMissingMeters());
        _missing.Add(new MissingMeter(
            LiveRunRegistry.MeterId, system.Name,
                $"on {system.Name} runs of tonne do not see each other: the idle energy that another run holds counts as held by nobody",
                null, []));
        _missing.Add(new MissingMeter("io", system.Name, $"data read, written and sent is not counted on {system.Name}", null, []));
    }

    /// <inheritdoc/>
    public override IReadOnlyList<MissingMeter> Missing => _missing;

    static Remedy PlugMeter { get; } = new("measure at the plug: any meter that tonne can ask over HTTP works on any system",
        "tonne run --meter shelly://192.168.1.20 -- COMMAND", PersistsAcrossReboots: true);
}
