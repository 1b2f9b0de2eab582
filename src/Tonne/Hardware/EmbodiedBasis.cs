namespace Tonne.Hardware;

/// <summary>What a manufacturing footprint rests on, the best first.</summary>
public enum EmbodiedBasis
{
    /// <summary>The maker's product carbon footprint.</summary>
    Vendor,

    /// <summary>A study that took the product apart.</summary>
    Teardown,

    /// <summary>Our model, from die, memory, board and cooling.</summary>
    BottomUp,

    /// <summary>The spread of what is published for others.</summary>
    Unknown,
}
