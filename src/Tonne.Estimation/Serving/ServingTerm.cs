namespace Tonne.Estimation.Serving;

/// <summary>
/// A term of the energy per output token: a time from the data sheet, or a count, × the power limit (TDP). Each term has one fitted
/// coefficient. n: accelerators of a replica; B: batch; A: active parameters; P: all parameters. The peak is that of the format of the
/// weights, for mixtures of experts at eight bits that of sixteen bits.
/// </summary>
public enum ServingTerm
{
    /// <summary>Starting the kernels of each layer: TDP · n · layers ÷ B.</summary>
    KernelLaunch,

    /// <summary>Starting the kernels of each layer on Blackwell, in addition to <see cref="KernelLaunch"/>.</summary>
    KernelLaunchBlackwell,

    /// <summary>Reading the weights that one step of the batch uses: TDP · bytes ÷ (bandwidth · B).</summary>
    Weights,

    /// <summary>Reading the attention cache of the request: TDP · cache bytes · context ÷ bandwidth.</summary>
    KvCacheRead,

    /// <summary>Latency of reading a long context in a small batch on Blackwell: TDP · n · layers · context ÷ B.</summary>
    KvCacheLatencyBlackwell,

    /// <summary>Arithmetic of the active parameters: TDP · 2A ÷ peak.</summary>
    Arithmetic,

    /// <summary>
    /// Additional arithmetic of a mixture of experts, whose matrices are small: TDP · 2 min(A, (P − A) ÷ 4) ÷ peak. It is 0 for a dense
    /// model.
    /// </summary>
    ExpertArithmetic,

    /// <summary>
    /// Arithmetic of the prompt, per output token: TDP · (2A + attention) · (prompt ÷ output) ÷ peak, attention = 2 · layers · width ·
    /// prompt.
    /// </summary>
    Prefill,

    /// <summary>
    /// Exchange between the accelerators of a replica: TDP · (n − 1) · activations of a token ÷ a quarter of the memory bandwidth.
    /// </summary>
    InterGpuCommunication,

    /// <summary>Choosing and scheduling a token, on any hardware: a constant of 400 W.</summary>
    TokenOverhead,

    /// <summary>
    /// Starting the kernels of each layer of a mixture of experts with eight-bit weights, in addition to <see cref="KernelLaunch"/>:
    /// activations are quantized before each of them.
    /// </summary>
    KernelLaunchEightBitMixture,
}
