namespace Tonne.Instruments.Rapl;

/// <summary>One power zone as the kernel lists it.</summary>
/// <param name="Id">Folder name, for example <c>intel-rapl:0:2</c>; the numbers are hexadecimal.</param>
/// <param name="Folder">Folder of the zone in the file tree.</param>
/// <param name="Name">Name in the zone's own file: <c>package-0</c>, <c>dram</c>, <c>core</c>, <c>uncore</c>, <c>psys</c>.</param>
/// <param name="ParentName">Name of the zone that contains this one; null if none does.</param>
/// <param name="Range">Largest value of its counter in µJ; null if not reported.</param>
/// <param name="CeilingWatts">Power that the zone cannot exceed, W.</param>
public sealed record RaplZone(string Id, string Folder, string Name, string? ParentName, long? Range, double CeilingWatts)
{
    /// <summary>
    /// The control type: <c>intel-rapl</c> (registers of the processor) or <c>intel-rapl-mmio</c> (the same, mapped into memory).
    /// </summary>
    public string ControlType => Id[..Id.IndexOf(':')];

    /// <summary>Path of the counter in the tree.</summary>
    public string Counter => $"{Folder}/energy_uj";

    /// <summary>
    /// The meter's id: control type without vendor, then the zone inside its package: <c>rapl:package-0</c>, <c>rapl:package-0/dram</c>.
    /// </summary>
    public string MeterId
    {
        get
        {
            var type = ControlType.StartsWith("intel-", StringComparison.Ordinal) ? ControlType[6..] : ControlType;
            return ParentName is null ? $"{type}:{Name}" : $"{type}:{ParentName}/{Name}";
        }
    }

    /// <summary>Whether the zone is a processor package, or one die of a package.</summary>
    public bool IsPackage => Name.StartsWith("package", StringComparison.Ordinal);

    /// <summary>For a package: its number, common to its dies; for example <c>0</c> in <c>package-0-die-1</c>.</summary>
    public string? Package => ParsePackage(Name);

    /// <summary>The package it is, or lies in, by number; null if it is in none.</summary>
    internal string? EnclosingPackage => Package ?? ParsePackage(ParentName);

    static string? ParsePackage(string? name)
    {
        if (name?.StartsWith("package-", StringComparison.Ordinal) != true)
            return null;
        var rest = name[8..];
        var end = rest.IndexOf('-');
        return end < 0 ? rest : rest[..end];
    }
}
