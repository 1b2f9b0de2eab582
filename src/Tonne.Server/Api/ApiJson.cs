using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Tonne.Server.Api;

/// <summary>JSON of the documents that only the server has.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, WriteIndented = true)]
[JsonSerializable(typeof(ProblemDocument))]
[JsonSerializable(typeof(RunPageDocument))]
[JsonSerializable(typeof(FilterDocument))]
[JsonSerializable(typeof(CatalogListDocument))]
[JsonSerializable(typeof(VersionDocument))]
[JsonSerializable(typeof(ServiceListDocument))]
sealed partial class ApiJson : JsonSerializerContext
{
    /// <summary>The context to write with: the settings of the other documents.</summary>
    public static ApiJson Readable { get; } = new(new JsonSerializerOptions
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        WriteIndented = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    });
}
