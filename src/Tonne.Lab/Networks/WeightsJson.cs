using System.Text.Json.Serialization;

namespace Tonne.Lab.Networks;

[JsonSerializable(typeof(string[]))]
sealed partial class WeightsJson : JsonSerializerContext;
