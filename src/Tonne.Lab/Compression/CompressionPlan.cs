using Tonne.Lab.Pipelines;
using Tonne.Lab.Training;

namespace Tonne.Lab.Compression;

/// <summary>The target sizes of compression, and the training that follows it.</summary>
public sealed record CompressionPlan
{
    /// <summary>Share of weights that magnitude pruning sets to zero. Default 0.8.</summary>
    public double Sparsity { get; init; } = 0.8;

    /// <summary>
    /// Share of the width that structured pruning keeps, rounded up to a multiple of 32 if that is still narrower. Default 0.5.
    /// </summary>
    public double WidthShare { get; init; } = 0.5;

    /// <summary>Share of the layers that structured pruning keeps. Default 0.5.</summary>
    public double LayerShare { get; init; } = 0.5;

    /// <summary>Share of the width that a student has. Default 0.5.</summary>
    public double StudentWidthShare { get; init; } = 0.5;

    /// <summary>Share of the layers that a student has. Default 0.25.</summary>
    public double StudentLayerShare { get; init; } = 0.25;

    /// <summary>Share of the student's width that pruning keeps. Default 0.5.</summary>
    public double PrunedStudentWidthShare { get; init; } = 0.5;

    /// <summary>Training after pruning. Default 3 epochs at a quarter of the usual learning rate.</summary>
    public TrainingPlan FineTuning { get; init; } = new() { Epochs = 3, LearningRate = 0.0005, InputDropout = Pipeline.InputDropoutRate };

    /// <summary>Training of a student. Default 10 epochs.</summary>
    public TrainingPlan StudentTraining { get; init; } = new() { InputDropout = Pipeline.InputDropoutRate };

    /// <summary>Rows on which importance is measured. Default 4,096.</summary>
    public int ImportanceRows { get; init; } = 4096;

    internal static int ComputeWidth(int width, double share)
    {
        var wanted = Math.Max(2, (int)Math.Round(width * share));
        var rounded = (wanted + 31) / 32 * 32;
        return rounded < width ? rounded : wanted;
    }

    internal static int ComputeLayers(int layers, double share) => Math.Max(1, (int)Math.Round(layers * share));
}
