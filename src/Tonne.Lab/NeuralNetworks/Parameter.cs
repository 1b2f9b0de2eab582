using System.Collections.Immutable;

namespace Tonne.Lab.NeuralNetworks;

/// <summary>A named array of a network.</summary>
/// <param name="Name">
/// <c>layers.01.weight</c> [in, out], <c>layers.01.bias</c> [out] and so on, <c>output.weight</c>, <c>output.bias</c>; <c>input.scale</c>
/// [1], which is computed from the data and not trained.
/// </param>
/// <param name="Shape">Length of each dimension, the slowest index first.</param>
/// <param name="Values">The numbers; the last index varies fastest.</param>
public sealed record Parameter(string Name, ImmutableArray<int> Shape, ReadOnlyMemory<float> Values)
{
    /// <summary>Name of the scale of the inputs.</summary>
    public const string InputScale = "input.scale";

    /// <summary>Whether it is the matrix of a dense layer.</summary>
    public bool IsWeight => Shape.Length == 2;

    /// <summary>The name of a layer's matrix.</summary>
    /// <param name="layer">From 1; the number of hidden layers + 1 is the output.</param>
    /// <param name="layers">Hidden layers.</param>
    internal static string FormatWeightName(int layer, int layers) => layer > layers ? "output.weight" : $"layers.{layer:00}.weight";

    /// <summary>The name of a layer's bias.</summary>
    /// <param name="layer">From 1; the number of hidden layers + 1 is the output.</param>
    /// <param name="layers">Hidden layers.</param>
    internal static string FormatBiasName(int layer, int layers) => layer > layers ? "output.bias" : $"layers.{layer:00}.bias";
}
