namespace Tonne.Quantities;

/// <summary>The bounds of some derivations, computed together when one is asked for: what they share is drawn once. Thread safe.</summary>
sealed class LazyBounds
{
    readonly UncertaintyPropagator _uncertainty;
    Bounds[]? _bounds;

    /// <summary>Bounds that are not computed yet.</summary>
    /// <exception cref="ArgumentException">A value is negative or not finite.</exception>
    public LazyBounds(UncertaintyPropagator uncertainty, params Derivation[] derivations)
    {
        foreach (var derivation in derivations)
            UncertaintyPropagator.Validate(derivation);
        (_uncertainty, Derivations) = (uncertainty, derivations);
    }

    /// <summary>The derivations.</summary>
    public Derivation[] Derivations { get; }

    /// <summary>The bounds of a derivation.</summary>
    public Bounds Get(int index)
    {
        // Threads that ask at the same time compute the same.
        if (_bounds is { } known)
            return known[index];
        var bounds = new Bounds[Derivations.Length];
        _uncertainty.ComputeBounds(Derivations, bounds);
        _bounds = bounds;
        return bounds[index];
    }
}
