namespace Tonne.Sci;

/// <summary>Whose part of an AI system a rate is of (Software Carbon Intensity for AI, Green Software Foundation).</summary>
public enum SciBoundary
{
    /// <summary>All that was described or measured: plain ISO/IEC 21031.</summary>
    Whole,

    /// <summary>Runtime operations: serving the model.</summary>
    Consumer,

    /// <summary>Data engineering, training, integration, end of life: making the model.</summary>
    Provider,
}
