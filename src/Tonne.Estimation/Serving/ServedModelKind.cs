namespace Tonne.Estimation.Serving;

/// <summary>Kinds of models, whose energy estimates differ in uncertainty.</summary>
public enum ServedModelKind
{
    /// <summary>Dense: every parameter is used for every token.</summary>
    Dense,

    /// <summary>A mixture of experts with weights of sixteen or four bits.</summary>
    MixtureOfExperts,

    /// <summary>A mixture of experts with weights of eight bits: the measured ones differ most.</summary>
    EightBitMixtureOfExperts,
}
