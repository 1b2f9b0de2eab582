using Tonne.Lab.Collecting;
using Tonne.Lab.NeuralNetworks;

namespace Tonne.Lab.Pipelines;

/// <summary>What to run through the stages, and how large a network to train.</summary>
/// <param name="Source">Where the rows come from.</param>
public sealed record PipelinePlan(RowSource Source)
{
    /// <summary>Whether the rows are read anew for each stage instead of standing in memory. Default false.</summary>
    public bool Streams { get; init; }

    /// <summary>Side of the square patches of a picture of which the mean is taken, pixels. Default 1: each pixel.</summary>
    public int Patch { get; init; } = 1;

    /// <summary>Seed of the split, the first weights and the order of the rows. Default 1.</summary>
    public int Seed { get; init; } = 1;

    /// <summary>Epochs, at least 1. Default 10.</summary>
    public int Epochs { get; init; } = 10;

    /// <summary>Hidden layers. Default 12.</summary>
    public int Layers { get; init; } = 12;

    /// <summary>Numbers between layers. Default 128.</summary>
    public int Width { get; init; } = 128;

    /// <summary>Most rows to learn from, the first of a seeded order; null for all. Default null.</summary>
    public int? MaxRows { get; init; }

    /// <summary>Threads; 0 for one a core. Default 0.</summary>
    public int Threads { get; init; }

    /// <summary>Where the trained weights go; null for nowhere.</summary>
    public string? ModelPath { get; init; }

    /// <summary>Where training is kept so that it can be resumed; null for nowhere.</summary>
    public string? CheckpointPath { get; init; }

    internal NetworkShape CreateShape(int inputs, int classes) => new(inputs, classes) { Width = Width, Layers = Layers };
}
