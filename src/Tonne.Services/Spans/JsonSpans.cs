using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Tonne.Services.Spans;

/// <summary>Reads calls of models from an OTLP export of spans in JSON.</summary>
/// <remarks>
/// The mapping of opentelemetry.io/docs/specs/otlp: ids are hexadecimal, 64-bit integers are texts or numbers, enumerations are numbers,
/// names in lower camel case. What has another type is left out, as unknown fields are.
/// </remarks>
static class JsonSpans
{
    /// <summary>Reads an export.</summary>
    /// <exception cref="FormatException">It is no JSON, or no object.</exception>
    public static ModelCallBatch Read(ReadOnlyMemory<byte> export)
    {
        var batch = new ModelCallBatch();
        try
        {
            using var document = JsonDocument.Parse(export);
            if (document.RootElement.ValueKind != JsonValueKind.Object)
                throw new FormatException("it is no JSON object");
            foreach (var resource in Enumerate(document.RootElement, "resourceSpans"))
            {
                foreach (var scope in Enumerate(resource, "scopeSpans"))
                {
                    foreach (var span in Enumerate(scope, "spans"))
                        ReadSpan(span, batch);
                }
            }
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            // A text may have half of a surrogate pair.
            throw new FormatException("it is no JSON: " + error.Message, error);
        }

        return batch;
    }

    static void ReadSpan(JsonElement span, ModelCallBatch batch)
    {
        var fields = new SpanFields
        {
            Key = new SpanKey(
                UInt128.TryParse(
                    GetText(span, "traceId", 32), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var trace) ? trace : 0,
                ReadId(span, "spanId")),
            ParentSpan = ReadId(span, "parentSpanId"),
            StartNanoseconds = ReadNanoseconds(span, "startTimeUnixNano"),
            EndNanoseconds = ReadNanoseconds(span, "endTimeUnixNano"),
            Status = Find(span, "status") is { } status && Find(status, "code") is { ValueKind: JsonValueKind.Number } code
                && code.TryGetInt32(out var number) ? number : 0,
        };
        foreach (var attribute in Enumerate(span, "attributes"))
        {
            if (Find(attribute, "key") is not { ValueKind: JsonValueKind.String } key || key.GetString() is not { } name
                || !SpanFields.IsUsed(Encoding.UTF8.GetBytes(name)) || Find(attribute, "value") is not { } value)
                continue;
            fields.Set(
                name, Find(value, "stringValue") is { ValueKind: JsonValueKind.String } text ? text.GetString() : null,
                ReadInteger(value), Find(value, "doubleValue") is { ValueKind: JsonValueKind.Number } real
                    && real.TryGetDouble(out var known) ? known : null);
        }

        batch.Add(fields);
    }

    static long? ReadInteger(JsonElement value) => Find(value, "intValue") switch
    {
        { ValueKind: JsonValueKind.Number } number when number.TryGetInt64(out var known) => known,
        { ValueKind: JsonValueKind.String } text
            when long.TryParse(text.GetString(), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var known) => known,
        _ => null,
    };

    static ulong ReadNanoseconds(JsonElement span, string name) => Find(span, name) switch
    {
        { ValueKind: JsonValueKind.Number } number when number.TryGetUInt64(out var known) => known,
        { ValueKind: JsonValueKind.String } text
            when ulong.TryParse(text.GetString(), NumberStyles.None, CultureInfo.InvariantCulture, out var known) => known,
        _ => 0,
    };

    static ulong ReadId(JsonElement span, string name) =>
        ulong.TryParse(GetText(span, name, 16), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var id) ? id : 0;

    static string? GetText(JsonElement element, string name, int length) =>
        Find(element, name) is { ValueKind: JsonValueKind.String } text && text.GetString() is { } known && known.Length == length
            ? known : null;

    static JsonElement? Find(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var found) ? found : null;

    static IEnumerable<JsonElement> Enumerate(JsonElement element, string name) =>
        Find(element, name) is { ValueKind: JsonValueKind.Array } array ? array.EnumerateArray() : [];
}
