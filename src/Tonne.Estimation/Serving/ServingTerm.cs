namespace Tonne.Estimation.Serving;

/// <summary>
/// A term of the energy per output token. Each is a time by the data sheet (or a count) times the power limit, in J, with one fitted
/// coefficient.
/// </summary>
public enum ServingTerm
{
    /// <summary>Starting each layer's work: TDP · n · layers ÷ B.</summary>
    KernelLaunch,

    /// <summary>The additional energy of starting layers on Blackwell.</summary>
    KernelLaunchBlackwell,

    /// <summary>Reading the weights that a step touches: TDP · bytes ÷ (bandwidth · B).</summary>
    Weights,

    /// <summary>Reading the attention cache of the request: TDP · cache bytes · context ÷ bandwidth.</summary>
    KvCacheRead,

    /// <summary>Latency of reading a long context in a small batch on Blackwell: TDP · n · layers · context ÷ B.</summary>
    KvCacheLatencyBlackwell,

    /// <summary>Arithmetic of the active parameters: TDP · 2A ÷ peak.</summary>
    Arithmetic,

    /// <summary>Arithmetic in pieces, for a mixture of experts: TDP · 2(√(AP) − A) ÷ peak.</summary>
    ExpertArithmetic,

    /// <summary>Arithmetic of the prompt, per output token: TDP · (2A + attention) · (prompt ÷ output) ÷ peak, attention = 2 · layers · width · prompt.</summary>
    Prefill,

    /// <summary>Exchange between the accelerators of a replica: TDP · (n − 1) · activations of a token ÷ a quarter of the memory bandwidth.</summary>
    InterGpuCommunication,

    /// <summary>Handling a token whatever the hardware: choosing it, scheduling; 400 W.</summary>
    TokenOverhead,
}
