using System.Text.Json.Serialization;

namespace Tonne.Instruments.MachineCalibration;

/// <summary>JSON serialization of calibrations.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, WriteIndented = true, UseStringEnumConverter = true, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, IgnoreReadOnlyProperties = false)]
[JsonSerializable(typeof(CalibrationFile))]
[JsonSerializable(typeof(IdlePowerFile))]
sealed partial class CalibrationJson : JsonSerializerContext;
