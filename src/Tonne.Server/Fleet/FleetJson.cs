using System.Text.Json.Serialization;

namespace Tonne.Server.Fleet;

/// <summary>JSON of the documents of a fleet.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, WriteIndented = true, RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(FleetDocument))]
[JsonSerializable(typeof(EnrolmentRequest))]
[JsonSerializable(typeof(EnrolmentDocument))]
[JsonSerializable(typeof(CodeRequest))]
[JsonSerializable(typeof(CodeDocument))]
[JsonSerializable(typeof(RevokedNodeDocument))]
[JsonSerializable(typeof(NodeKeyDocument))]
[JsonSerializable(typeof(PersonDocument))]
[JsonSerializable(typeof(SignedOutDocument))]
[JsonSerializable(typeof(MembersDocument))]
[JsonSerializable(typeof(AuditDocument))]
sealed partial class FleetJson : JsonSerializerContext;
