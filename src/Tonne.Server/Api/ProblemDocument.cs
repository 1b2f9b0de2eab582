using System.Text.Json.Serialization;

namespace Tonne.Server.Api;

/// <summary>An error (RFC 9457, <c>application/problem+json</c>): what, where, and what to do.</summary>
/// <param name="Type">Always <c>about:blank</c>: the status says the kind.</param>
/// <param name="Title">What is wrong.</param>
/// <param name="Status">HTTP status.</param>
/// <param name="Detail">What is wrong, where, and what to do, as sentences.</param>
/// <param name="Where">Which part of the request.</param>
/// <param name="Remedy">What to do.</param>
sealed record ProblemDocument(
    [property: JsonPropertyName("type")] string Type, [property: JsonPropertyName("title")] string Title, [property: JsonPropertyName("status")] int Status,
    [property: JsonPropertyName("detail")] string Detail, [property: JsonPropertyName("where")] string Where, [property: JsonPropertyName("remedy")] string Remedy);
