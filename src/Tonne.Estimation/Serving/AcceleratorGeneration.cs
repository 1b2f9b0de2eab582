namespace Tonne.Estimation.Serving;

/// <summary>The generations of accelerators that measurements of serving distinguish.</summary>
public enum AcceleratorGeneration
{
    /// <summary>Not measured: the estimate uses the roofline of the data sheet alone, with a wider spread.</summary>
    Unmeasured,

    /// <summary>A100 and related accelerators, measured with the software of 2024.</summary>
    Ampere,

    /// <summary>H100, H200 and related accelerators, measured with the software of 2024 and of 2026.</summary>
    Hopper,

    /// <summary>B200 and related accelerators, measured with the software of 2026.</summary>
    Blackwell,

    /// <summary>MI300X and related accelerators of AMD: outside the fit; a factor of its own from one study.</summary>
    Cdna3,
}
