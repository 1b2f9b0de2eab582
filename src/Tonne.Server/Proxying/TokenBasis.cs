namespace Tonne.Server.Proxying;

/// <summary>How the tokens of a request are known.</summary>
enum TokenBasis
{
    /// <summary>They are not; the reason says why.</summary>
    Unknown,

    /// <summary>The server reported them.</summary>
    Reported,

    /// <summary>Parts of the streamed answer were counted, one token each; those of the prompt are unknown.</summary>
    Modelled,
}
