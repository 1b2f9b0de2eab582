using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Tonne.Instruments.Otlp;

/// <summary>Reads the metrics of hardware from an OTLP export of metrics, in Protocol Buffers or JSON; others are passed over.</summary>
/// <remarks>
/// Field numbers and JSON names: opentelemetry-proto 1.x, <c>ExportMetricsServiceRequest</c> and the messages in it; JSON as on
/// opentelemetry.io/docs/specs/otlp: 64-bit integers are texts or numbers, enumerations are numbers, names in lower camel case. Names of
/// metrics: OpenTelemetry semantic conventions for hardware, 1.44 (development).
/// </remarks>
static class HardwareMetrics
{
    /// <summary>Most points of an export that are read.</summary>
    public const int MaxPoints = 10_000;

    const int NoRecordedValue = 1;

    /// <summary>The metrics that are read.</summary>
    public static ImmutableArray<string> Names { get; } = ["hw.energy", "hw.power", "hw.host.energy", "hw.host.power"];

    /// <summary>Reads an export in Protocol Buffers.</summary>
    /// <exception cref="FormatException">It is damaged.</exception>
    public static List<HardwarePoint> ReadProtobuf(ReadOnlySpan<byte> export)
    {
        var points = new List<HardwarePoint>();
        for (var request = new ProtobufReader(export); request.Read();)
        {
            if (request is not { Field: 1, WireType: 2 })
                continue;
            var host = FindHost(request.Bytes);
            for (var resource = new ProtobufReader(request.Bytes); resource.Read();)
            {
                if (resource is not { Field: 2, WireType: 2 })
                    continue;
                for (var scope = new ProtobufReader(resource.Bytes); scope.Read();)
                {
                    if (scope is { Field: 2, WireType: 2 })
                        ReadMetric(scope.Bytes, host, points);
                }
            }
        }

        return points;
    }

    /// <summary>Reads an export in JSON.</summary>
    /// <exception cref="FormatException">It is no JSON, or no object.</exception>
    public static List<HardwarePoint> ReadJson(ReadOnlyMemory<byte> export)
    {
        var points = new List<HardwarePoint>();
        try
        {
            using var document = JsonDocument.Parse(export);
            if (document.RootElement.ValueKind != JsonValueKind.Object)
                throw new FormatException("it is no JSON object");
            foreach (var resource in Enumerate(document.RootElement, "resourceMetrics"))
            {
                var host = Find(resource, "resource") is { } described
                    && ReadAttributes(described).TryGetValue("host.name", out var name) ? name : null;
                foreach (var metric in Enumerate(resource, "scopeMetrics").SelectMany(static scope => Enumerate(scope, "metrics")))
                    ReadMetric(metric, host, points);
            }
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            // A text may have half of a surrogate pair.
            throw new FormatException("it is no JSON: " + error.Message, error);
        }

        return points;
    }

    static string? FindHost(ReadOnlySpan<byte> message)
    {
        for (var part = new ProtobufReader(message); part.Read();)
        {
            if (part is not { Field: 1, WireType: 2 })
                continue;
            var attributes = new Dictionary<string, string>(StringComparer.Ordinal);
            for (var resource = new ProtobufReader(part.Bytes); resource.Read();)
            {
                if (resource is { Field: 1, WireType: 2 })
                    ReadAttribute(resource.Bytes, attributes);
            }

            if (attributes.TryGetValue("host.name", out var host))
                return host;
        }

        return null;
    }

    static void ReadMetric(ReadOnlySpan<byte> message, string? host, List<HardwarePoint> points)
    {
        string? name = null, unit = null;
        for (var metric = new ProtobufReader(message); metric.Read();)
        {
            if (metric is { Field: 1, WireType: 2 })
                name = Encoding.UTF8.GetString(metric.Bytes);
            else if (metric is { Field: 3, WireType: 2 })
                unit = Encoding.UTF8.GetString(metric.Bytes);
        }

        if (name is null || !Names.Contains(name))
            return;
        for (var metric = new ProtobufReader(message); metric.Read();)
        {
            if (metric is not { Field: 5 or 7, WireType: 2 })
                continue;
            var temporality = 0;
            for (var data = new ProtobufReader(metric.Bytes); data.Read();)
            {
                if (data is { Field: 2, WireType: 0 } && metric.Field == 7)
                    temporality = (int)Math.Min(data.Number, 3);
            }

            for (var data = new ProtobufReader(metric.Bytes); data.Read();)
            {
                if (data is { Field: 1, WireType: 2 } && points.Count < MaxPoints)
                    points.Add(ReadPoint(data.Bytes, name, unit ?? "", metric.Field == 7, temporality, host));
            }
        }
    }

    static HardwarePoint ReadPoint(ReadOnlySpan<byte> message, string name, string unit, bool isSum, int temporality, string? host)
    {
        var (start, time, value, flags) = (0UL, 0UL, (double?)null, 0UL);
        var attributes = new Dictionary<string, string>(StringComparer.Ordinal);
        for (var point = new ProtobufReader(message); point.Read();)
        {
            switch (point.Field, point.WireType)
            {
                case (2, 1):
                    start = point.Number;
                    break;
                case (3, 1):
                    time = point.Number;
                    break;
                case (4, 1):
                    value = BitConverter.UInt64BitsToDouble(point.Number);
                    break;
                case (6, 1):
                    value = unchecked((long)point.Number);
                    break;
                case (7, 2):
                    ReadAttribute(point.Bytes, attributes);
                    break;
                case (8, 0):
                    flags = point.Number;
                    break;
            }
        }

        return Create(name, unit, isSum, temporality, host, start, time, (flags & NoRecordedValue) != 0 ? null : value, attributes);
    }

    static void ReadAttribute(ReadOnlySpan<byte> message, Dictionary<string, string> attributes)
    {
        ReadOnlySpan<byte> key = default, value = default;
        for (var attribute = new ProtobufReader(message); attribute.Read();)
        {
            if (attribute is { Field: 1, WireType: 2 })
                key = attribute.Bytes;
            else if (attribute is { Field: 2, WireType: 2 })
                value = attribute.Bytes;
        }

        for (var any = new ProtobufReader(value); any.Read();)
        {
            if (any is { Field: 1, WireType: 2 } && key.Length > 0)
                attributes[Encoding.UTF8.GetString(key)] = Encoding.UTF8.GetString(any.Bytes);
        }
    }

    static void ReadMetric(JsonElement metric, string? host, List<HardwarePoint> points)
    {
        if (GetText(metric, "name") is not { } name || !Names.Contains(name))
            return;
        foreach (var kind in (ReadOnlySpan<string>)["gauge", "sum"])
        {
            if (Find(metric, kind) is not { } data)
                continue;
            var temporality = Find(data, "aggregationTemporality") switch
            {
                { ValueKind: JsonValueKind.Number } number when number.TryGetInt32(out var known) => known,
                // Senders that do not follow the specification write the name.
                { ValueKind: JsonValueKind.String } text => text.GetString() switch
                {
                    "AGGREGATION_TEMPORALITY_DELTA" => 1,
                    "AGGREGATION_TEMPORALITY_CUMULATIVE" => 2,
                    _ => 0,
                },
                _ => 0,
            };
            foreach (var point in Enumerate(data, "dataPoints"))
            {
                if (points.Count >= MaxPoints)
                    return;
                var isNone = ((long)(ReadNumber(point, "flags") ?? 0) & NoRecordedValue) != 0;
                points.Add(Create(
                    name, GetText(metric, "unit") ?? "", kind == "sum", temporality, host, ReadNanoseconds(point, "startTimeUnixNano"),
                    ReadNanoseconds(point, "timeUnixNano"), isNone ? null : ReadNumber(point, "asDouble") ?? ReadNumber(point, "asInt"),
                    ReadAttributes(point)));
            }
        }
    }

    static HardwarePoint Create(
        string name, string unit, bool isSum, int temporality, string? host, ulong start, ulong time, double? value,
        Dictionary<string, string> attributes)
    {
        if (host is not null)
            attributes["host"] = host;
        return new HardwarePoint
        {
            Metric = name, Unit = unit, IsSum = isSum, Temporality = temporality, Start = start, Time = time, Value = value,
            Attributes = attributes,
        };
    }

    static Dictionary<string, string> ReadAttributes(JsonElement element)
    {
        var attributes = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var attribute in Enumerate(element, "attributes"))
        {
            if (GetText(attribute, "key") is { Length: > 0 } key && Find(attribute, "value") is { } value && GetText(value,
                "stringValue") is { } text)
                attributes[key] = text;
        }

        return attributes;
    }

    static double? ReadNumber(JsonElement element, string name) => Find(element, name) switch
    {
        { ValueKind: JsonValueKind.Number } number when number.TryGetDouble(out var known) => known,
        { ValueKind: JsonValueKind.String } text when double.TryParse(
            text.GetString(), NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent,
            CultureInfo.InvariantCulture, out var known) => known,
        { ValueKind: JsonValueKind.String } => double.NaN,
        _ => null,
    };

    static ulong ReadNanoseconds(JsonElement element, string name) => Find(element, name) switch
    {
        { ValueKind: JsonValueKind.Number } number when number.TryGetUInt64(out var known) => known,
        { ValueKind: JsonValueKind.String } text
            when ulong.TryParse(text.GetString(), NumberStyles.None, CultureInfo.InvariantCulture, out var known) => known,
        _ => 0,
    };

    static string? GetText(JsonElement element, string name) =>
        Find(element, name) is { ValueKind: JsonValueKind.String } text ? text.GetString() : null;

    static JsonElement? Find(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var found) ? found : null;

    static IEnumerable<JsonElement> Enumerate(JsonElement element, string name) =>
        Find(element, name) is { ValueKind: JsonValueKind.Array } array ? array.EnumerateArray() : [];
}
