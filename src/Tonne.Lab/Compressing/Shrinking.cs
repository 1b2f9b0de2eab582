using System.Collections.Immutable;
using Tonne.Lab.Featurizing;
using Tonne.Lab.Networks;
using Tonne.Lab.Pipelines;
using Tonne.Lab.Training;
using Tonne.Runs;

namespace Tonne.Lab.Compressing;

/// <summary>Makes smaller forms of a trained network, each way alone and together, and keeps account of what making them took.</summary>
/// <param name="trainer">Trains what is left.</param>
/// <param name="cpuTime">CPU time of this process so far.</param>
/// <param name="train">Examples to learn from, the same that the network was trained on.</param>
/// <param name="plan">How small.</param>
/// <param name="listener">Hears of the stages: prune, quantize, distill; none by default.</param>
public sealed class Shrinking(Trainer trainer, Func<TimeSpan> cpuTime, IExamples train, ShrinkingPlan plan, IPipelineListener? listener = null)
{
    readonly Tuning _tuning = new(trainer);
    readonly ExampleTable _nobody = new(train.Width, train.Classes, [], []);

    /// <summary>The network itself, to compare with.</summary>
    /// <param name="network">The trained network.</param>
    public static Variant Whole(Network network) => new("as trained", $"{Words(network.Shape)}, 32-bit floating point", network, TimeSpan.Zero);

    /// <summary>The smallest weights set to zero (<see cref="MagnitudePruning"/>).</summary>
    /// <param name="of">A variant that is a <see cref="Network"/>.</param>
    public Variant PruneWeights(Variant of) => Made(of, "prune", "weights pruned", network =>
    {
        var pruned = MagnitudePruning.PruneAndTune(network, plan.ZeroShare, train, plan.Tuning, trainer);
        return (pruned, $"{MagnitudePruning.Sparsity(pruned):P0} of the weights are zero".Replace(" %", "%", StringComparison.Ordinal));
    });

    /// <summary>Layers and units taken out (<see cref="StructuredPruning"/>), then trained with the word of what it was.</summary>
    /// <param name="of">A variant that is a <see cref="Network"/>.</param>
    /// <param name="widthShare">Share of the width that stays; null for the plan's.</param>
    /// <param name="layerShare">Share of the layers that stay; null for the plan's.</param>
    public Variant PruneUnits(Variant of, double? widthShare = null, double? layerShare = null) => Made(of, "prune", "units pruned", network =>
    {
        using var team = new ThreadTeam(plan.Tuning.ThreadCount);
        var some = new ExampleSubset(train, [.. Enumerable.Range(0, Math.Min(plan.ImportanceRows, train.Count)).Select(row => (int)((long)row * train.Count / Math.Min(plan.ImportanceRows, train.Count)))]);
        var shorter = StructuredPruning.Shorten(network, some, ShrinkingPlan.LayersOf(network.Shape.Layers, layerShare ?? plan.LayerShare), team);
        var pruned = StructuredPruning.Narrow(shorter, some, ShrinkingPlan.WidthOf(network.Shape.Width, widthShare ?? plan.WidthShare));
        var tuned = _tuning.Tune(pruned, train, _nobody, plan.Tuning, network).Network;
        return (tuned, $"pruned to {Words(tuned.Shape)}");
    });

    /// <summary>A student (<see cref="Tuning.Distil"/>).</summary>
    /// <param name="of">A variant that is a <see cref="Network"/>: the teacher.</param>
    public Variant Distil(Variant of) => Made(of, "distill", "distilled", teacher =>
    {
        var shape = teacher.Shape with { Width = ShrinkingPlan.WidthOf(teacher.Shape.Width, plan.StudentWidthShare), Layers = ShrinkingPlan.LayersOf(teacher.Shape.Layers, plan.StudentLayerShare) };
        return (_tuning.Distil(teacher, shape, train, _nobody, plan.Distilling).Network, $"a student of {Words(shape)}");
    });

    /// <summary>8-bit numbers (<see cref="QuantizedNetwork"/>), calibrated on training rows.</summary>
    /// <param name="of">A variant that is a <see cref="Network"/>.</param>
    public Variant Quantize(Variant of) => Made(of, "quantize", "quantized", network => (QuantizedNetwork.Of(network, train), "8-bit weights and inputs of layers"));

    /// <summary>The network itself, each way alone, and together: distilled, then pruned, then quantized.</summary>
    /// <param name="network">The trained network.</param>
    public ImmutableArray<Variant> All(Network network)
    {
        var all = ImmutableArray.CreateBuilder<Variant>();
        var whole = Kept(Whole(network));
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

    static string Words(NetworkShape shape) => $"{shape.Layers} {(shape.Layers == 1 ? "layer" : "layers")} of {shape.Width}";

    Variant Made(Variant of, string stage, string name, Func<Network, (Classifier Classifier, string How)> make)
    {
        var network = of.Classifier as Network ?? throw new ArgumentException($"\"{of.Name}\" is quantized already: whatever trains or prunes comes before that.", nameof(of));
        var learned = new DataShape(train.Count, train.Width);
        listener?.Stage(stage, learned, null);
        var begin = cpuTime();
        var (classifier, how) = make(network);
        var alone = of.Making == TimeSpan.Zero;
        var made = new Variant(alone ? name : $"{of.Name}, {name}", alone ? how : $"{of.How}; {how}", classifier, of.Making + (cpuTime() - begin));
        listener?.Stage(stage, learned, new DataShape(classifier.Shape.Layers, classifier.Shape.ParameterCount / classifier.Shape.Layers));
        listener?.StageEnded(stage);
        listener?.Say($"made: {made.Name} ({made.How})");
        return made;
    }
}
