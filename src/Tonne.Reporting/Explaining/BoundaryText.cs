using Tonne.Accounting;
using Tonne.Grids;
using Tonne.Quantities;

namespace Tonne.Reporting.Explaining;

/// <summary>Describes a boundary in words that a reader understands without the manual.</summary>
static class BoundaryText
{
    /// <summary>Where the figure applies: <c>at the plug (before PUE)</c>, <c>at the facility (PUE included)</c>, or a component by name.</summary>
    public static string DescribeExtent(Boundary boundary) => boundary.Extent switch
    {
        BoundaryExtent.It => "at the plug (before PUE)",
        BoundaryExtent.Facility => "at the facility (PUE included)",
        BoundaryExtent.Hardware => "embodied",
        _ => EnumWords.Format(boundary.Extent) + " only",
    };

    /// <summary>Whose part of the machine: the job's share, what it added, or all of it.</summary>
    public static string DescribePolicy(Boundary boundary) => boundary.Policy switch
    {
        AllocationPolicy.Share => "this job's share",
        AllocationPolicy.Marginal => "only what this job added",
        AllocationPolicy.Machine => "the whole machine",
        _ => EnumWords.Format(boundary.Policy),
    };

    /// <summary>From this number of devices of a kind on, only their number is shown.</summary>
    internal const int MinGroupedDevices = 4;

    /// <summary>Lists the component kinds. Many devices of one kind are shown as one: <c>gpu×8</c>.</summary>
    static IEnumerable<string> DescribeParts(IEnumerable<string> components)
    {
        foreach (var kind in components.GroupBy(part => part.Contains(':') ? part[..part.IndexOf(':')] : part))
        {
            var all = kind.ToList();
            if (all.Count >= MinGroupedDevices)
            {
                yield return $"{kind.Key}×{all.Count}";
                continue;
            }

            foreach (var part in all)
                yield return part;
        }
    }

    /// <summary>Describes the whole boundary in one phrase.</summary>
    /// <param name="boundary">The boundary.</param>
    /// <param name="between">Separator between the parts.</param>
    public static string Describe(Boundary boundary, string between = " · ")
    {
        var parts = new List<string> { DescribePolicy(boundary) };
        parts.Add(boundary.Components.IsDefaultOrEmpty ? DescribeExtent(boundary) : $"{string.Join(" + ", DescribeParts(boundary.Components))} {DescribeExtent(boundary)}");
        if (boundary.Method is { } method)
            parts.Add(EnumWords.Format(method) + (method is AccountingMethod.Location or AccountingMethod.Market ? "-based" : ""));
        if (boundary.Basis is { } basis)
            parts.Add(FormatBasis(basis));
        // Energy and water have no embodied part.
        if (boundary.Basis is not null)
            parts.Add(boundary.Embodied ? "embodied included" : "embodied not included");
        return string.Join(between, parts);
    }

    /// <summary>The basis of an intensity in words: <c>lifecycle</c>, or <c>basis unstated</c>.</summary>
    internal static string FormatBasis(IntensityBasis basis) => basis == IntensityBasis.Unstated ? "basis unstated" : EnumWords.Format(basis);

    /// <summary>Basis and scope of an intensity in words: <c>lifecycle, production</c>, or <c>basis unstated</c>.</summary>
    internal static string FormatBasis(GridFactor grid) =>
        grid.Scope == IntensityScope.Unstated ? FormatBasis(grid.Basis) : $"{FormatBasis(grid.Basis)}, {EnumWords.Format(grid.Scope)}";
}
