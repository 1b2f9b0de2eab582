using Tonne.Hardware;
using Tonne.Runs;

namespace Tonne.Instruments.Rapl;

/// <summary>Selects the zones that are summed. Overlapping counters are never added.</summary>
/// <remarks>
/// | zone | component | summed | why |
/// |---|---|---|---|
/// | package-N of the chosen control type | cpu | yes | disjoint sockets |
/// | package-N-die-M that counts for itself | cpu | yes | disjoint dies |
/// | package-N-die-M that mirrors another | cpu | no | the same counter shown twice |
/// | the same name again | by name | no | the same counter shown twice |
/// | dram in a summed package | memory | yes | outside the package's counter |
/// | core, uncore, anything else in a package | cpu | no | part of the package |
/// | psys | platform | no | holds the packages |
/// | everything of the other control type | by name | no | the same counters by another way |
/// Source: Linux, Documentation/power/powercap/powercap.rst and drivers/powercap/intel_rapl_common.c.
/// </remarks>
static class RaplDomainSelector
{
    /// <summary>Preferred: the processor's own registers; the memory-mapped copy only where those have no package.</summary>
    const string Preferred = "intel-rapl";

    /// <summary>Decides for every zone.</summary>
    /// <param name="zones">All zones.</param>
    /// <param name="isReadable">Whether a zone's counter can be read.</param>
    /// <param name="areMirrors">Whether two zones of one socket are one counter.</param>
    public static IReadOnlyList<RaplDomain> Select(IReadOnlyList<RaplZone> zones, Func<RaplZone, bool> isReadable, Func<RaplZone, RaplZone, bool> areMirrors)
    {
        var chosen = SelectControlType(zones, isReadable);
        var summed = new List<RaplZone>();
        var domains = new List<RaplDomain>();
        foreach (var zone in zones)
        {
            var (component, role, why) = Decide(zone);
            if (role == MeterRole.Machine)
                summed.Add(zone);
            domains.Add(new RaplDomain(zone, component, role, why));
        }

        return domains;

        (Component, MeterRole, string) Decide(RaplZone zone)
        {
            var component = GetComponent(zone);
            if (component == Component.Platform)
                return (component, MeterRole.Contained, "the whole platform: it holds the packages and is never added to them");
            if (chosen is null)
                return (component, MeterRole.Contained, "no package counter can be read beside it");
            if (zone.ControlType != chosen)
                return (component, MeterRole.Contained, $"the same counters as {chosen} by another way");
            if (summed.Find(other => other.MeterId == zone.MeterId) is { } twin)
                return (component, MeterRole.Contained, $"{twin.Id} has the same name: one counter shown twice");
            if (zone.IsPackage && zone.ParentName is null)
            {
                return summed.Find(other => other.IsPackage && other.Package == zone.Package && zone.Package is not null && areMirrors(other, zone)) is { } mirrored
                    ? (component, MeterRole.Contained, $"mirrors {mirrored.Name}: one counter of the socket shown twice")
                    : (component, MeterRole.Machine, zone.Name.Contains("-die-", StringComparison.Ordinal) ? "a die of its own" : "a socket of its own");
            }

            if (component != Component.Memory)
                return (component, MeterRole.Contained, zone.ParentName is null ? "not known to be outside the packages" : $"part of {zone.ParentName}");
            if (zone.ParentName is { } parent && domains.Find(domain => domain.Zone.Name == parent && domain.Zone.ControlType == zone.ControlType) is { Role: MeterRole.Contained })
                return (component, MeterRole.Contained, $"its package {parent} is not summed");
            return (component, MeterRole.Machine, "memory, outside its package's counter");
        }
    }

    static Component GetComponent(RaplZone zone) => zone.Name switch
    {
        "psys" or "platform" => Component.Platform,
        "dram" => Component.Memory,
        _ => Component.Cpu,
    };

    static string? SelectControlType(IReadOnlyList<RaplZone> zones, Func<RaplZone, bool> isReadable)
    {
        string? chosen = null;
        foreach (var zone in zones)
        {
            if (zone is { IsPackage: true, ParentName: null } && isReadable(zone) && (chosen is null || zone.ControlType == Preferred))
                chosen = zone.ControlType;
        }

        return chosen;
    }
}
