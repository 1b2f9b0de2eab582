using System.Text.Json;
using System.Text.Json.Serialization;
using Tonne.Runs;

namespace Tonne.Instruments.Ranks;

/// <summary>JSON format of the files through which the ranks of one node find each other.</summary>
[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, UseStringEnumConverter = true, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(RankGroupState))]
[JsonSerializable(typeof(RankState))]
[JsonSerializable(typeof(Mark))]
sealed partial class RankJson : JsonSerializerContext;
