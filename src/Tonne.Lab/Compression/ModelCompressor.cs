using System.Collections.Immutable;
using Tonne.Lab.Featurizing;
using Tonne.Lab.NeuralNetworks;
using Tonne.Lab.Pipelines;
using Tonne.Lab.Training;
using Tonne.Runs;

namespace Tonne.Lab.Compression;

/// <summary>
/// Creates smaller forms of a trained network, each method alone and combined, and records the CPU time of creating them.
/// </summary>
/// <param name="trainer">Trains the smaller networks.</param>
/// <param name="cpuTime">CPU time of this process so far.</param>
/// <param name="train">Examples to learn from, the same that the network was trained on.</param>
/// <param name="plan">Target sizes.</param>
/// <param name="listener">Receives the stages: prune, quantize, distill; none by default.</param>
public sealed class ModelCompressor(Trainer trainer, Func<TimeSpan> cpuTime, IExamples train, CompressionPlan plan, IPipelineListener? listener = null)
{
    readonly FineTuner _tuning = new(trainer);
    readonly InMemoryExamples _noValidation = new(train.Width, train.Classes, [], []);

    /// <summary>The network itself, for comparison.</summary>
    /// <param name="network">The trained network.</param>
    public static Variant CreateBaseline(Network network) => new("as trained", $"{Describe(network.Shape)}, 32-bit floating point", network, TimeSpan.Zero);

    /// <summary>Sets the smallest weights to zero (<see cref="MagnitudePruning"/>).</summary>
    /// <param name="source">A variant that is a <see cref="Network"/>.</param>
    public Variant PruneWeights(Variant source) => CreateVariant(source, "prune", "weights pruned", network =>
    {
        var pruned = MagnitudePruning.PruneAndFineTune(network, plan.Sparsity, train, plan.FineTuning, trainer);
        return (pruned, $"{MagnitudePruning.ComputeSparsity(pruned):P0} of the weights are zero".Replace(" %", "%", StringComparison.Ordinal));
    });

    /// <summary>Removes layers and units (<see cref="StructuredPruning"/>), then trains with the original as a teacher.</summary>
    /// <param name="source">A variant that is a <see cref="Network"/>.</param>
    /// <param name="widthShare">Share of the width to keep; null for the plan's.</param>
    /// <param name="layerShare">Share of the layers to keep; null for the plan's.</param>
    public Variant PruneUnits(Variant source, double? widthShare = null, double? layerShare = null) => CreateVariant(source, "prune", "units pruned", network =>
    {
        using var team = new ThreadTeam(plan.FineTuning.ThreadCount);
        var some = new ExampleSubset(train, [.. Enumerable.Range(0, Math.Min(plan.ImportanceRows, train.Count)).Select(row => (int)((long)row * train.Count / Math.Min(plan.ImportanceRows, train.Count)))]);
        var shorter = StructuredPruning.PruneLayers(network, some, CompressionPlan.ComputeLayers(network.Shape.Layers, layerShare ?? plan.LayerShare), team);
        var pruned = StructuredPruning.PruneUnits(shorter, some, CompressionPlan.ComputeWidth(network.Shape.Width, widthShare ?? plan.WidthShare));
        var tuned = _tuning.FineTune(pruned, train, _noValidation, plan.FineTuning, network).Network;
        return (tuned, $"pruned to {Describe(tuned.Shape)}");
    });

    /// <summary>Trains a student (<see cref="FineTuner.Distil"/>).</summary>
    /// <param name="source">A variant that is a <see cref="Network"/>: the teacher.</param>
    public Variant Distil(Variant source) => CreateVariant(source, "distill", "distilled", teacher =>
    {
        var shape = teacher.Shape with { Width = CompressionPlan.ComputeWidth(teacher.Shape.Width, plan.StudentWidthShare), Layers = CompressionPlan.ComputeLayers(teacher.Shape.Layers, plan.StudentLayerShare) };
        return (_tuning.Distil(teacher, shape, train, _noValidation, plan.StudentTraining).Network, $"a student of {Describe(shape)}");
    });

    /// <summary>Converts to 8-bit numbers (<see cref="QuantizedNetwork"/>), calibrated on training rows.</summary>
    /// <param name="source">A variant that is a <see cref="Network"/>.</param>
    public Variant Quantize(Variant source) => CreateVariant(source, "quantize", "quantized", network => (QuantizedNetwork.Quantize(network, train), "8-bit weights and inputs of layers"));

    /// <summary>The network itself, each method alone, and combined: distilled, then pruned, then quantized.</summary>
    /// <param name="network">The trained network.</param>
    public ImmutableArray<Variant> CreateAll(Network network)
    {
        var all = ImmutableArray.CreateBuilder<Variant>();
        var whole = Kept(CreateBaseline(network));
        Kept(PruneWeights(whole));
        var narrow = Kept(PruneUnits(whole));
        Kept(Quantize(whole));
        var student = Kept(Distil(whole));
        Kept(Quantize(narrow));
        Kept(Quantize(student));
        var small = Kept(PruneUnits(student, plan.PrunedStudentWidthShare, 1));
        Kept(Quantize(small));
        return all.ToImmutable();

        Variant Kept(Variant variant)
        {
            all.Add(variant);
            return variant;
        }
    }

    static string Describe(NetworkShape shape) => $"{shape.Layers} {(shape.Layers == 1 ? "layer" : "layers")} of {shape.Width}";

    Variant CreateVariant(Variant source, string stage, string name, Func<Network, (Classifier Classifier, string How)> make)
    {
        var network = source.Classifier as Network ?? throw new ArgumentException($"\"{source.Name}\" is quantized already: train and prune before quantizing.", nameof(source));
        var learned = new DataShape(train.Count, train.Width);
        listener?.BeginStage(stage, learned, null);
        var begin = cpuTime();
        var (classifier, how) = make(network);
        var alone = source.CreationCpuTime == TimeSpan.Zero;
        var made = new Variant(alone ? name : $"{source.Name}, {name}", alone ? how : $"{source.Description}; {how}", classifier, source.CreationCpuTime + (cpuTime() - begin));
        listener?.BeginStage(stage, learned, new DataShape(classifier.Shape.Layers, classifier.Shape.ParameterCount / classifier.Shape.Layers));
        listener?.EndStage(stage);
        listener?.ReportMessage($"made: {made.Name} ({made.Description})");
        return made;
    }
}
