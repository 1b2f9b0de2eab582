using System.Text.Json.Serialization;

namespace Tonne.Ledgers.Calls;

/// <summary>The lines of a file of calls as JSON.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, RespectNullableAnnotations = true)]
[JsonSerializable(typeof(CallLine))]
[JsonSerializable(typeof(ReplyLine))]
[JsonSerializable(typeof(string))]
sealed partial class CallJson : JsonSerializerContext;
