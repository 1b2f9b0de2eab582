using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using Tonne.Lab.Featurizing;
using Tonne.Lab.NeuralNetworks;

namespace Tonne.Lab.Training;

/// <summary>The state of a training in a file: the network, Adam's moments and how far it has come (docs/formats/weights.md).</summary>
/// <remarks>Its file has everything that the training depends on; the file of another training is refused.</remarks>
sealed class Checkpoint
{
    const string StateKey = "training";
    const string PlanKey = "training_of";
    readonly string _path;
    readonly Network _network;
    readonly string _training;

    internal Checkpoint(string path, Network network, IExamples train, TrainingPlan plan, float scale)
    {
        (_path, _network) = (path, network);
        _training = string.Create(CultureInfo.InvariantCulture, $"epochs {plan.Epochs}, batch {plan.BatchSize}, rate {plan.LearningRate:r} after {plan.WarmUpShare:r} to {plan.FinalRateShare:r}, decay {plan.WeightDecay:r}, dropout {plan.InputDropout:r}, adam {plan.FirstMomentDecay:r} {plan.SecondMomentDecay:r} {plan.Epsilon:r}, seed {plan.Seed}, rows {train.Count} x {train.Width}, labels {HashLabels(train):x8}, input scale {scale:r}, teacher {plan.Distillation?.Temperature ?? 0:r} {plan.Distillation?.Share ?? 0:r}, start {HashNetwork(network):x8}");
    }

    /// <summary>Resumes from the file, if it exists.</summary>
    internal TrainingState Load(Backpropagation pass)
    {
        if (!File.Exists(_path))
            return new TrainingState();
        var file = WeightsFile.Read(_path);
        if (!file.Texts.TryGetValue(PlanKey, out var training) || !file.Texts.TryGetValue(StateKey, out var text))
            throw new CorruptWeightsException(_path, "this is a network, but not a checkpoint of a training.");
        if (training != _training || file.Network.Shape != _network.Shape)
            throw new CorruptWeightsException(_path, $"this is the checkpoint of another training ({training}), not of this one ({_training}). Name another file, or delete it to start again.");
        try
        {
            var state = JsonSerializer.Deserialize(text, TrainingJson.Default.TrainingState) ?? throw new JsonException("it is empty");
            var arrays = file.Arrays.ToDictionary(array => array.Name, array => array.Values);
            for (var layer = 1; layer <= pass.Layers.Length; layer++)
            {
                var trained = pass.Layers[layer - 1];
                trained.Load(file.Network.GetWeight(layer).Values.Span, file.Network.GetBias(layer).Values.Span);
                trained.LoadMoments(
                    arrays[FormatFirstMomentName(_network.GetWeight(layer))].Span,
                    arrays[FormatSecondMomentName(_network.GetWeight(layer))].Span,
                    arrays[FormatFirstMomentName(_network.GetBias(layer))].Span,
                    arrays[FormatSecondMomentName(_network.GetBias(layer))].Span);
            }

            return state;
        }
        catch (Exception error) when (error is JsonException or KeyNotFoundException or ArgumentException)
        {
            throw new CorruptWeightsException(_path, $"the state of the training cannot be parsed: {error.Message}");
        }
    }

    internal void Save(Backpropagation pass, TrainingState state)
    {
        var moments = ImmutableArray.CreateBuilder<Parameter>();
        for (var layer = 1; layer <= pass.Layers.Length; layer++)
        {
            Parameter weight = _network.GetWeight(layer), bias = _network.GetBias(layer);
            var (first, second, biasFirst, biasSecond) = pass.Layers[layer - 1].GetMoments();
            moments.Add(new Parameter(FormatFirstMomentName(weight), weight.Shape, first));
            moments.Add(new Parameter(FormatSecondMomentName(weight), weight.Shape, second));
            moments.Add(new Parameter(FormatFirstMomentName(bias), bias.Shape, biasFirst));
            moments.Add(new Parameter(FormatSecondMomentName(bias), bias.Shape, biasSecond));
        }

        WeightsFile.Write(_path, new WeightsFile(pass.CreateNetwork(_network.Classes))
        {
            Texts = ImmutableSortedDictionary<string, string>.Empty.Add(PlanKey, _training).Add(StateKey, JsonSerializer.Serialize(state, TrainingJson.Default.TrainingState)),
            Arrays = moments.ToImmutable(),
        });
    }

    static string FormatFirstMomentName(Parameter parameter) => $"adam.first.{parameter.Name}";

    static string FormatSecondMomentName(Parameter parameter) => $"adam.second.{parameter.Name}";

    /// <summary>FNV-1a over the labels (Fowler, Noll and Vo 1991): other rows have another hash with high probability.</summary>
    static uint HashLabels(IExamples examples)
    {
        var hash = 2166136261;
        for (var row = 0; row < examples.Count; row++)
            hash = unchecked((hash ^ (uint)examples.GetLabel(row)) * 16777619);
        return hash;
    }

    /// <summary>The same hash over the bits of the initial network.</summary>
    static uint HashNetwork(Network network)
    {
        var hash = 2166136261;
        foreach (var parameter in network.Parameters)
        {
            foreach (var value in parameter.Values.Span)
                hash = unchecked((hash ^ BitConverter.SingleToUInt32Bits(value)) * 16777619);
        }

        return hash;
    }
}
