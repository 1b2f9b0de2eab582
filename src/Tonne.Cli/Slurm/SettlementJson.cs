using System.Text.Json.Serialization;

namespace Tonne.Cli.Slurm;

/// <summary>Source-generated JSON of settlements.</summary>
[JsonSourceGenerationOptions(WriteIndented = true)]
[JsonSerializable(typeof(SettlementDocument))]
sealed partial class SettlementJson : JsonSerializerContext;
