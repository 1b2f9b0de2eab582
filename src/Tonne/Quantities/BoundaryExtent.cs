namespace Tonne.Quantities;

/// <summary>How far a figure reaches, from one kind of component to the whole facility.</summary>
public enum BoundaryExtent
{
    /// <summary>The GPUs only.</summary>
    Gpu,

    /// <summary>The IT equipment, at the plug and before PUE.</summary>
    It,

    /// <summary>The facility, PUE included.</summary>
    Facility,

    /// <summary>The manufacturing of the hardware.</summary>
    Hardware,

    /// <summary>The accelerators, as a count of their hours.</summary>
    Accelerators,
}
