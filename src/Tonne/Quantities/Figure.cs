using System.Runtime.CompilerServices;

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
    readonly (LazyBounds Group, int Index)? _lazy;

    // Null until the bounds are asked for. A reference, so that threads that ask at the same time see all of them or none.
    StrongBox<Bounds>? _bounds = new(Bounds);

    /// <summary>
    /// A figure whose bounds are computed when they are asked for: a run may have a hundred thousand epochs, of which few are shown.
    /// </summary>
    /// <param name="name">Stable dotted name.</param>
    /// <param name="boundary">System boundary.</param>
    /// <param name="bounds">The bounds of this figure and of those that are usually shown with it.</param>
    /// <param name="index">The index of its derivation in them.</param>
    /// <param name="quality">The worst quality of its parts above 5 %.</param>
    /// <param name="measuredShare">Measured energy ÷ total energy, 0 to 1.</param>
    internal Figure(string name, Boundary boundary, LazyBounds bounds, int index, Quality quality, double measuredShare)
        : this(name, boundary, default(Bounds), quality, measuredShare, bounds.Derivations[index]) =>
        (_lazy, _bounds) = ((bounds, index), null);

    /// <summary>Low, best and high (95 %), in <see cref="Unit"/>.</summary>
    public Bounds Bounds
    {
        get => (_bounds ??= new StrongBox<Bounds>(_lazy!.Value.Group.Get(_lazy.Value.Index))).Value;
        init => _bounds = new StrongBox<Bounds>(value);
    }

    /// <summary>The unit of the value and its bounds.</summary>
    public Unit Unit => Derivation.Unit;

    /// <summary>The best value.</summary>
    public double Value => _bounds is { } bounds ? bounds.Value.Best : Derivation.Value;

    /// <summary>Whether two figures have the same name, boundary, bounds, quality and derivation.</summary>
    public bool Equals(Figure? other) =>
        other is not null && Name == other.Name && Boundary == other.Boundary && Bounds == other.Bounds && Quality == other.Quality
        && MeasuredShare.Equals(other.MeasuredShare) && Derivation.Equals(other.Derivation);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Name, Boundary, Quality, MeasuredShare, Derivation);
}
