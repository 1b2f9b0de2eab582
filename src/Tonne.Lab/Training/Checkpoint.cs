using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using Tonne.Lab.Featurizing;
using Tonne.Lab.Networks;

namespace Tonne.Lab.Training;

/// <summary>The state of a training in a file: the network, Adam's moments and how far it has come (docs/formats/weights.md).</summary>
/// <remarks>What training depends on is written with it; a file of another training is refused.</remarks>
sealed class Checkpoint
{
    const string StateIs = "training";
    const string PlanIs = "training_of";
    readonly string _path;
    readonly Network _network;
    readonly string _training;

    internal Checkpoint(string path, Network network, IExamples train, TrainingPlan plan, float scale)
    {
        (_path, _network) = (path, network);
        _training = string.Create(CultureInfo.InvariantCulture, $"epochs {plan.Epochs}, batch {plan.BatchSize}, rate {plan.LearningRate:r} after {plan.WarmUpShare:r} to {plan.FinalShare:r}, decay {plan.WeightDecay:r}, dropout {plan.InputDropout:r}, adam {plan.FirstMomentDecay:r} {plan.SecondMomentDecay:r} {plan.Epsilon:r}, seed {plan.Seed}, rows {train.Count} x {train.Width}, labels {Labels(train):x8}, input scale {scale:r}, teacher {plan.Distillation?.Temperature ?? 0:r} {plan.Distillation?.Share ?? 0:r}, start {Start(network):x8}");
    }

    /// <summary>Goes on where the file says, if there is one.</summary>
    internal TrainingState Load(Backpropagation pass)
    {
        if (!File.Exists(_path))
            return new TrainingState();
        var file = WeightsFile.Read(_path);
        if (!file.Texts.TryGetValue(PlanIs, out var training) || !file.Texts.TryGetValue(StateIs, out var text))
            throw new DamagedWeightsException(_path, "this is a network, but no checkpoint of a training.");
        if (training != _training || file.Network.Shape != _network.Shape)
            throw new DamagedWeightsException(_path, $"this is the checkpoint of another training ({training}), not of this one ({_training}). Name another file, or delete it to begin anew.");
        try
        {
            var state = JsonSerializer.Deserialize(text, TrainingJson.Default.TrainingState) ?? throw new JsonException("nothing is there");
            var arrays = file.Arrays.ToDictionary(array => array.Name, array => array.Values);
            for (var layer = 1; layer <= pass.Layers.Length; layer++)
            {
                var trained = pass.Layers[layer - 1];
                trained.Load(file.Network.Weight(layer).Values.Span, file.Network.Bias(layer).Values.Span);
                trained.LoadMoments(
                    arrays[First(_network.Weight(layer))].Span,
                    arrays[Second(_network.Weight(layer))].Span,
                    arrays[First(_network.Bias(layer))].Span,
                    arrays[Second(_network.Bias(layer))].Span);
            }

            return state;
        }
        catch (Exception error) when (error is JsonException or KeyNotFoundException or ArgumentException)
        {
            throw new DamagedWeightsException(_path, $"the state of the training cannot be understood: {error.Message}");
        }
    }

    internal void Save(Backpropagation pass, TrainingState state)
    {
        var moments = ImmutableArray.CreateBuilder<Parameter>();
        for (var layer = 1; layer <= pass.Layers.Length; layer++)
        {
            Parameter weight = _network.Weight(layer), bias = _network.Bias(layer);
            var (first, second, biasFirst, biasSecond) = pass.Layers[layer - 1].Moments();
            moments.Add(new Parameter(First(weight), weight.Shape, first));
            moments.Add(new Parameter(Second(weight), weight.Shape, second));
            moments.Add(new Parameter(First(bias), bias.Shape, biasFirst));
            moments.Add(new Parameter(Second(bias), bias.Shape, biasSecond));
        }

        WeightsFile.Write(_path, new WeightsFile(pass.Trained(_network.Classes))
        {
            Texts = ImmutableSortedDictionary<string, string>.Empty.Add(PlanIs, _training).Add(StateIs, JsonSerializer.Serialize(state, TrainingJson.Default.TrainingState)),
            Arrays = moments.ToImmutable(),
        });
    }

    static string First(Parameter parameter) => $"adam.first.{parameter.Name}";

    static string Second(Parameter parameter) => $"adam.second.{parameter.Name}";

    /// <summary>FNV-1a over the labels (Fowler, Noll and Vo 1991): other rows, most likely another number.</summary>
    static uint Labels(IExamples examples)
    {
        var hash = 2166136261;
        for (var row = 0; row < examples.Count; row++)
            hash = unchecked((hash ^ (uint)examples.Label(row)) * 16777619);
        return hash;
    }

    /// <summary>The same over the bits of the network that training began with.</summary>
    static uint Start(Network network)
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
