using System.Collections.Immutable;

namespace Tonne.Quantities;

/// <summary>What a figure includes: carried by every figure, because two different boundaries are never set side by side in silence.</summary>
/// <param name="Extent">What is inside: a component (<c>gpu</c>), the machine at its plug (<c>it</c>), or with its building (<c>facility</c>).</param>
/// <param name="Components">The components summed, for example cpu, memory, other.</param>
/// <param name="Policy">How a shared machine is split: <c>share</c>, <c>marginal</c> or <c>machine</c>.</param>
/// <param name="Embodied">Whether the manufacturing of hardware is inside.</param>
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

    /// <summary>Two boundaries are the same if they read the same.</summary>
    public bool Equals(Boundary? other) => other is not null && string.Equals(ToString(), other.ToString(), StringComparison.Ordinal);

    /// <inheritdoc/>
    public override int GetHashCode() => StringComparer.Ordinal.GetHashCode(ToString());
}
