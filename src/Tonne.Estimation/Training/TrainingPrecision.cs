namespace Tonne.Estimation.Training;

/// <summary>Number format of the arithmetic in training.</summary>
public enum TrainingPrecision
{
    /// <summary>bfloat16 with accumulation at 32 bit, the usual way. Default.</summary>
    Bf16,

    /// <summary>Half precision with loss scaling.</summary>
    Fp16,

    /// <summary>Single precision on the vector units.</summary>
    Fp32,

    /// <summary>8 bit floating point for the matrix products.</summary>
    Fp8,

    /// <summary>8 bit integers.</summary>
    Int8,

    /// <summary>4 bit blocks with a shared exponent.</summary>
    Mxfp4,
}
