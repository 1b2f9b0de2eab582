using Tonne.Lab.Collecting;
using Tonne.Lab.NeuralNetworks;

namespace Tonne.Lab.Pipelines;

/// <summary>The plan of a pipeline: rows, size of the network, training.</summary>
/// <param name="Source">Source of the rows.</param>
public sealed record PipelinePlan(RowSource Source)
{
    /// <summary>Whether the rows are read again for each stage instead of kept in memory. Default false.</summary>
    public bool Streams { get; init; }

    /// <summary>Side in pixels of the square patches of a picture that are averaged. Default 1: each pixel.</summary>
    public int Patch { get; init; } = 1;

    /// <summary>Seed of the split, the first weights and the order of the rows. Default 1.</summary>
    public int Seed { get; init; } = 1;

    /// <summary>Epochs, at least 1. Default 10.</summary>
    public int Epochs { get; init; } = 10;

    /// <summary>Hidden layers. Default 12.</summary>
    public int Layers { get; init; } = 12;

    /// <summary>Units per layer. Default 128.</summary>
    public int Width { get; init; } = 128;

    /// <summary>Maximum number of training rows, the first of a seeded order; null for all. Default null.</summary>
    public int? MaxRows { get; init; }

    /// <summary>Threads; 0 for one per core. Default 0.</summary>
    public int Threads { get; init; }

    /// <summary>File for the trained weights; null for none.</summary>
    public string? ModelPath { get; init; }

    /// <summary>File for checkpoints, from which training is resumed; null for none.</summary>
    public string? CheckpointPath { get; init; }

    internal NetworkShape CreateShape(int inputs, int classes) => new(inputs, classes) { Width = Width, Layers = Layers };
}
