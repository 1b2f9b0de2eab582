using System.Collections.Immutable;

namespace Tonne.Quantities;

/// <summary>
/// The system boundary of a figure. Every figure has one, so that figures with different boundaries are never compared unnoticed.
/// </summary>
/// <param name="Extent">What is inside: a component (<c>gpu</c>), the machine at its plug (<c>it</c>), or the facility with PUE
/// (<c>facility</c>).</param>
/// <param name="Components">The components summed, for example cpu, memory, other.</param>
/// <param name="Policy">How a shared machine is split: <c>share</c>, <c>marginal</c> or <c>machine</c>.</param>
/// <param name="Embodied">Whether embodied emissions are included.</param>
/// <param name="Method">For carbon: <c>location</c> or <c>market</c>; null for energy.</param>
/// <param name="Basis">For carbon: <c>lifecycle</c> or <c>direct</c>; null for energy.</param>
public sealed record Boundary(
    string Extent,
    ImmutableArray<string> Components,
    string Policy,
    bool Embodied = false,
    string? Method = null,
    string? Basis = null)
{
    /// <summary>The boundary as a name, for example <c>facility(cpu+memory+other), share, location, lifecycle</c>.</summary>
    public override string ToString()
    {
        var parts = new List<string> { Components.IsDefaultOrEmpty ? Extent : $"{Extent}({string.Join('+', Components)})", Policy };
        if (Method is not null)
            parts.Add(Method);
        if (Basis is not null)
            parts.Add(Basis);
        if (Embodied)
            parts.Add("with embodied");
        return string.Join(", ", parts);
    }

    /// <summary>Two boundaries are equal if their texts are equal.</summary>
    public bool Equals(Boundary? other) => other is not null && string.Equals(ToString(), other.ToString(), StringComparison.Ordinal);

    /// <inheritdoc/>
    public override int GetHashCode() => StringComparer.Ordinal.GetHashCode(ToString());
}
