namespace Tonne.Sci;

/// <summary>The boundary of an SCI rate of an AI system (Software Carbon Intensity for AI, Green Software Foundation).</summary>
public enum SciBoundary
{
    /// <summary>All that was described or measured: plain ISO/IEC 21031.</summary>
    Whole,

    /// <summary>Consumer: runtime operations, serving the model.</summary>
    Consumer,

    /// <summary>Provider: data engineering, training, integration, end of life.</summary>
    Provider,
}
