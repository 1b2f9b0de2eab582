namespace Tonne.Estimation.Serving;

/// <summary>Kinds of models whose energy is foretold with different certainty.</summary>
public enum ServedModelKind
{
    /// <summary>Every parameter works on every token.</summary>
    Dense,

    /// <summary>A mixture of experts with weights of sixteen or four bits.</summary>
    MixtureOfExperts,

    /// <summary>A mixture of experts with weights of eight bits: the measured ones differ most.</summary>
    EightBitMixtureOfExperts,
}
