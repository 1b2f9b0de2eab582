namespace Tonne.Quantities;

/// <summary>A computed figure with boundary, bounds, quality and derivation.</summary>
/// <param name="Name">Stable dotted name, for example <c>emissions_kg.operational</c>; what <c>tonne explain RUN FIGURE</c> takes. Its unit
/// is the derivation's.</param>
/// <param name="Boundary">System boundary.</param>
/// <param name="Bounds">Low, best and high (95 %), in <see cref="Unit"/>.</param>
/// <param name="Quality">The worst quality of its parts above 5 %.</param>
/// <param name="MeasuredShare">Measured energy ÷ total energy, 0 to 1.</param>
/// <param name="Derivation">The computation of the figure, down to each factor.</param>
public sealed record Figure(string Name, Boundary Boundary, Bounds Bounds, Quality Quality, double MeasuredShare, Derivation Derivation)
{
    /// <summary>The unit of the value and its bounds.</summary>
    public Unit Unit => Derivation.Unit;

    /// <summary>The best value.</summary>
    public double Value => Bounds.Best;
}
