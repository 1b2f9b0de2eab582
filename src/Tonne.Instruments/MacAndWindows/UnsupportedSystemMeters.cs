using Tonne.Instruments.Files;
using Tonne.Instruments.Machines;

namespace Tonne.Instruments.MacAndWindows;

/// <summary>Reports meters of systems that this version cannot read, and what is used instead.</summary>
/// <remarks>
/// The place for them: an instrument each beside this one. macOS: IOReport's energy model (as powermetrics shows it) and the SMC's power of the whole machine.
/// Windows: the Energy Meter Interface (EMI) devices, NVML as nvml.dll.
/// </remarks>
sealed class UnsupportedSystemMeters : Instrument
{
    readonly List<MissingMeter> _missing = [];

    /// <summary>Looks which system this is: the running one, or the one a stand-in names in <c>proc/sys/kernel/ostype</c>.</summary>
    public UnsupportedSystemMeters(FileTree tree)
    {
        ArgumentNullException.ThrowIfNull(tree);
        var named = tree.ReadLine("proc/sys/kernel/ostype");
        if (named == "Darwin" || (named is null && !tree.IsSysroot && OperatingSystem.IsMacOS()))
        {
            _missing.Add(new MissingMeter("ioreport", "IOReport", "macOS reports the energy of processor, GPU and memory by IOReport (powermetrics shows it); this version does not read it yet, and models instead", null, [PlugMeter]));
            _missing.Add(new MissingMeter("smc", "AppleSMC", "macOS reports the power of the whole machine by the SMC; this version does not read it yet", null, []));
        }
        else if (named is "Windows" or "Windows_NT" || (named is null && !tree.IsSysroot && OperatingSystem.IsWindows()))
        {
            _missing.Add(new MissingMeter("emi", "EMI", "Windows reports the energy of some processors by the Energy Meter Interface; this version does not read it yet, and models instead", null, [PlugMeter]));
            _missing.Add(new MissingMeter("nvml", "nvml.dll", "NVIDIA's library is called nvml.dll on Windows; this version loads it on Linux only", null, []));
        }
    }

    /// <inheritdoc/>
    public override IReadOnlyList<MissingMeter> Missing => _missing;

    static Remedy PlugMeter { get; } = new("measure at the plug: any meter that tonne can ask over HTTP works on any system", "tonne run --meter shelly://192.168.1.20 -- COMMAND", PersistsAcrossReboots: true);
}
