namespace Tonne.Lab.NeuralNetworks;

/// <summary>The shape of a network: number of inputs, width, depth, and number of classes.</summary>
/// <remarks>
/// Layer 1: h₁ = relu(s·x·W₁ + b₁). Layers 2 to L: hₗ = hₗ₋₁ + relu(norm(hₗ₋₁)·Wₗ + bₗ). Output: softmax(norm(h_L)·W + b). norm(h) = (h −
/// mean) / √(variance + 10⁻⁵), over a row (Ba, Kiros and Hinton, Layer Normalization, 2016). Its learned gain and shift are left out,
/// because the dense layer that follows includes both. The sum hₗ₋₁ + … is a residual connection (He et al., Deep Residual Learning, 2016),
/// normalised before the layer (Xiong et al., On Layer Normalization in the Transformer Architecture, 2020), which makes twelve layers
/// trainable.
/// </remarks>
/// <param name="Inputs">Numbers in a row, at least 1, for example 512.</param>
/// <param name="Classes">Classes, at least 2.</param>
public sealed record NetworkShape(int Inputs, int Classes)
{
    /// <summary>Units per layer. Default 128; at least 2. Multiples of 32 are the fastest.</summary>
    public int Width { get; init; } = 128;

    /// <summary>Hidden layers. Default 12; at least 1.</summary>
    public int Layers { get; init; } = 12;

    /// <summary>Number of parameters: weights and biases of all layers.</summary>
    public long ParameterCount => (Inputs + 1L) * Width + (Layers - 1) * (Width + 1L) * Width + (Width + 1L) * Classes;

    /// <summary>Floating point operations of one prediction: the sum of those of its layers.</summary>
    public long Operations => Enumerable.Range(1, Layers + 1).Sum(CountOperations);

    /// <summary>
    /// Floating point operations of one layer for one row, by count: 2 · in · out of the product, the bias, the activation, the norm
    /// (mean 1, centre 1, square and sum 2, scale 1, each per number, and 4 per row), the residual sum and, for the softmax, 5 per class.
    /// </summary>
    /// <param name="layer">1 to <see cref="Layers"/>, or <see cref="Layers"/> + 1 for the output.</param>
    public long CountOperations(int layer)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(layer, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(layer, Layers + 1);
        var norm = 5L * Width + 4;
        if (layer > Layers)
            return norm + 2L * Width * Classes + Classes + 5L * Classes;
        return layer == 1 ? Inputs + 2L * Inputs * Width + 2 * Width : norm + 2L * Width * Width + 3 * Width;
    }

    /// <summary>Number of inputs of a layer.</summary>
    /// <param name="layer">1 to <see cref="Layers"/> + 1.</param>
    internal int GetInputs(int layer) => layer == 1 ? Inputs : Width;

    /// <summary>Number of outputs of a layer.</summary>
    /// <param name="layer">1 to <see cref="Layers"/> + 1.</param>
    internal int GetOutputs(int layer) => layer > Layers ? Classes : Width;

    /// <summary>Checks the shape.</summary>
    /// <exception cref="ArgumentException">A number is out of range.</exception>
    internal void Validate()
    {
        if (Inputs < 1 || Classes < 2 || Width < 2 || Layers < 1)
            throw new ArgumentException($"A network of {Inputs} inputs, {Layers} layers of {Width} and {Classes} classes: at least 1, 1, 2 and 2 are needed.");
        if ((long)Math.Max(Inputs, Width) * Math.Max(Width, Classes) > 1 << 28 || ParameterCount > 1 << 30)
            throw new ArgumentException($"A network of {ParameterCount} parameters exceeds the limit of this kernel (2^30, and 2^28 a layer).");
    }
}
