using System.Text.Json.Serialization;

namespace Tonne.Cli.Agents;

/// <summary>JSON of the status of an agent.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(AgentStatus))]
sealed partial class AgentStatusJson : JsonSerializerContext;
