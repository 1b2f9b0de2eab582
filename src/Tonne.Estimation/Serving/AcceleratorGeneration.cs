namespace Tonne.Estimation.Serving;

/// <summary>The generation of an accelerator as far as measurements of serving tell generations apart.</summary>
public enum AcceleratorGeneration
{
    /// <summary>None of the measured ones: the roofline of its data sheet alone, with a spread of its own.</summary>
    Unmeasured,

    /// <summary>A100 and its kin, measured with the software of 2024.</summary>
    Ampere,

    /// <summary>H100, H200 and their kin, measured with the software of 2024 and of 2026.</summary>
    Hopper,

    /// <summary>B200 and its kin, measured with the software of 2026.</summary>
    Blackwell,
}
