using Tonne.Quantities;

namespace Tonne.Reporting.Explaining;

/// <summary>A boundary in words a reader understands without the manual.</summary>
public static class BoundaryText
{
    /// <summary>Where the figure is taken: <c>at the plug</c>, <c>with the building</c>, or a component by name.</summary>
    public static string DescribeExtent(Boundary boundary) => boundary.Extent switch
    {
        "it" => "at the plug",
        "facility" => "with the building",
        "hardware" => "making the hardware",
        _ => boundary.Extent + " only",
    };

    /// <summary>Whose part of the machine: the job's share, its extra, or all of it.</summary>
    public static string DescribePolicy(Boundary boundary) => boundary.Policy switch
    {
        "share" => "this job's share",
        "marginal" => "only what this job added",
        "machine" => "the whole machine",
        _ => boundary.Policy,
    };

    /// <summary>From so many devices of a kind on they are told by their number.</summary>
    internal const int MinGroupedDevices = 4;

    /// <summary>The parts; many devices of a kind as one: <c>gpu×8</c>.</summary>
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

    /// <summary>The boundary in one sentence without an end.</summary>
    /// <param name="boundary">The boundary.</param>
    /// <param name="between">Between the parts.</param>
    public static string Describe(Boundary boundary, string between = " · ")
    {
        var parts = new List<string> { DescribePolicy(boundary) };
        parts.Add(boundary.Components.IsDefaultOrEmpty ? DescribeExtent(boundary) : $"{string.Join(" + ", DescribeParts(boundary.Components))} {DescribeExtent(boundary)}");
        if (boundary.Method is not null)
            parts.Add(boundary.Method is "location" or "market" ? boundary.Method + "-based" : boundary.Method);
        if (boundary.Basis is not null)
            parts.Add(boundary.Basis == "unstated" ? "basis unstated" : boundary.Basis);
        // Energy and water have no hardware to leave out.
        if (boundary.Basis is not null)
            parts.Add(boundary.Embodied ? "with making the hardware" : "without making the hardware");
        return string.Join(between, parts);
    }
}
