namespace Tonne.Hardware;

/// <summary>The basis of embodied emissions, from best to worst.</summary>
public enum EmbodiedBasis
{
    /// <summary>The maker's product carbon footprint.</summary>
    Vendor,

    /// <summary>A study that took the product apart.</summary>
    Teardown,

    /// <summary>Our model, from die, memory, board and cooling.</summary>
    BottomUp,

    /// <summary>The spread of published figures of other products.</summary>
    Unknown,
}
