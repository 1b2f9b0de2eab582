using System.Collections.Immutable;

namespace Tonne.Lab.NeuralNetworks;

/// <summary>A prediction, and the work of each layer for it.</summary>
/// <param name="Probabilities">Probability of each class; their sum is 1.</param>
/// <param name="Layers">The hidden layers in order, then the output.</param>
public sealed record Prediction(ImmutableArray<float> Probabilities, ImmutableArray<LayerTrace> Layers)
{
    /// <summary>The class with the greatest probability.</summary>
    public int Class => Probabilities.IndexOf(Probabilities.Max());

    /// <summary>Time of all layers.</summary>
    public TimeSpan Duration => Layers.Aggregate(TimeSpan.Zero, (sum, layer) => sum + layer.Duration);

    /// <summary>Floating point operations of all layers.</summary>
    public long Operations => Layers.Sum(layer => layer.Operations);
}
