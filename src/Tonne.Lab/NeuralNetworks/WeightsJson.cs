using System.Text.Json.Serialization;

namespace Tonne.Lab.NeuralNetworks;

[JsonSerializable(typeof(string[]))]
sealed partial class WeightsJson : JsonSerializerContext;
