using System.Globalization;
using Tonne.Instruments.Files;
using Tonne.Instruments.Rapl;

namespace Tonne.Instruments.PowerLimits;

/// <summary>The long-term power limit of a processor package (RAPL), a file of the power capping framework.</summary>
/// <remarks>Source: Documentation/power/powercap/powercap.rst of Linux.</remarks>
sealed class PackagePowerLimit : PowerLimitDevice
{
    readonly FileTree _tree;
    readonly string _file;
    readonly Action<string, string> _write;

    PackagePowerLimit(FileTree tree, RaplZone zone, int constraint, Action<string, string> write)
    {
        (_tree, _write) = (tree, write);
        (Id, Name) = ("rapl:" + zone.Id, $"processor {zone.Name}");
        _file = $"{zone.Folder}/constraint_{constraint}_power_limit_uw";
        // The highest limit is the design power (TDP); some machines report 0.
        if (tree.ReadNumber($"{zone.Folder}/constraint_{constraint}_max_power_uw") is { } max and > 0)
            (MaxMicrowatts, DefaultMicrowatts) = (max, max);
    }

    public override string Id { get; }

    public override string Name { get; }

    public override long? MinMicrowatts => null;

    public override long? MaxMicrowatts { get; }

    public override long? DefaultMicrowatts { get; }

    /// <summary>The limit of a zone.</summary>
    /// <param name="tree">The machine's files.</param>
    /// <param name="zone">A package.</param>
    /// <param name="reason">Why it has none; null if it has one.</param>
    /// <param name="write">Writes a text to a file by its full path. Default: to the file system.</param>
    internal static PackagePowerLimit? TryFind(FileTree tree, RaplZone zone, out string? reason, Action<string, string>? write = null)
    {
        reason = null;
        for (var i = 0; i < 4; i++)
        {
            if (!tree.Exists($"{zone.Folder}/constraint_{i}_power_limit_uw")
                || (tree.ReadLine($"{zone.Folder}/constraint_{i}_name") ?? "long_term") != "long_term")
                continue;
            if (tree.ReadLine($"{zone.Folder}/enabled") != "0")
                return new PackagePowerLimit(tree, zone, i, write ?? File.WriteAllText);
            reason = $"the limit of {zone.Name} is switched off; to switch it on: echo 1 | sudo tee "
                + $"{tree.GetFullPath(zone.Folder)}/enabled";
            return null;
        }

        reason = $"{zone.Name} has no power limit ({tree.GetFullPath(zone.Folder)}/constraint_0_power_limit_uw is missing, as on AMD "
            + "processors)";
        return null;
    }

    public override long Read() =>
        _tree.ReadNumber(_file) ?? throw new PowerLimitException($"{Name}: its power limit cannot be read ({_tree.GetFullPath(_file)}).");

    protected override void Write(long microwatts)
    {
        var path = _tree.GetFullPath(_file);
        try
        {
            _write(path, microwatts.ToString(CultureInfo.InvariantCulture) + "\n");
        }
        catch (UnauthorizedAccessException)
        {
            throw new PowerLimitException($"{Name}: a power limit of {Format(microwatts)} is refused: permission denied ({path}). "
                + (Libc.GetUser() == 0 ? "This is root: the firmware has locked the limit, or a container hides the host's rights."
                    : "Only root may write it: sudo tonne bench --power-limit …"));
        }
        catch (IOException error)
        {
            throw new PowerLimitException($"{Name}: a power limit of {Format(microwatts)} is refused: {error.Message.TrimEnd('.')} "
                + $"({path}).");
        }
    }
}
