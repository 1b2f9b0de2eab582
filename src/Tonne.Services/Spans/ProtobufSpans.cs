using System.Buffers.Binary;
using System.Text;
using Tonne.Instruments.Otlp;

namespace Tonne.Services.Spans;

/// <summary>Reads calls of models from an OTLP export of spans in Protocol Buffers.</summary>
/// <remarks>Field numbers: opentelemetry-proto 1.x, <c>ExportTraceServiceRequest</c> and the messages in it.</remarks>
static class ProtobufSpans
{
    /// <summary>Reads an export.</summary>
    /// <exception cref="FormatException">It is damaged.</exception>
    public static ModelCallBatch Read(ReadOnlySpan<byte> export)
    {
        var batch = new ModelCallBatch();
        for (var request = new ProtobufReader(export); request.Read();)
        {
            if (request is { Field: 1, WireType: 2 })
                ReadResource(request.Bytes, batch);
        }

        return batch;
    }

    static void ReadResource(ReadOnlySpan<byte> message, ModelCallBatch batch)
    {
        for (var resource = new ProtobufReader(message); resource.Read();)
        {
            if (resource is not { Field: 2, WireType: 2 })
                continue;
            for (var scope = new ProtobufReader(resource.Bytes); scope.Read();)
            {
                if (scope is { Field: 2, WireType: 2 })
                    ReadSpan(scope.Bytes, batch);
            }
        }
    }

    static void ReadSpan(ReadOnlySpan<byte> message, ModelCallBatch batch)
    {
        var (fields, trace, id) = (new SpanFields(), default(UInt128), 0UL);
        for (var span = new ProtobufReader(message); span.Read();)
        {
            switch (span.Field, span.WireType)
            {
                case (1, 2) when span.Bytes.Length == 16:
                    trace = BinaryPrimitives.ReadUInt128BigEndian(span.Bytes);
                    break;
                case (2, 2) when span.Bytes.Length == 8:
                    id = BinaryPrimitives.ReadUInt64BigEndian(span.Bytes);
                    break;
                case (4, 2) when span.Bytes.Length == 8:
                    fields.ParentSpan = BinaryPrimitives.ReadUInt64BigEndian(span.Bytes);
                    break;
                case (7, 1):
                    fields.StartNanoseconds = span.Number;
                    break;
                case (8, 1):
                    fields.EndNanoseconds = span.Number;
                    break;
                case (9, 2):
                    ReadAttribute(span.Bytes, fields);
                    break;
                case (15, 2):
                    ReadStatus(span.Bytes, fields);
                    break;
            }
        }

        fields.Key = new SpanKey(trace, id);
        batch.Add(fields);
    }

    static void ReadStatus(ReadOnlySpan<byte> message, SpanFields fields)
    {
        for (var status = new ProtobufReader(message); status.Read();)
        {
            if (status is { Field: 3, WireType: 0 })
                fields.Status = (int)Math.Min(status.Number, int.MaxValue);
        }
    }

    static void ReadAttribute(ReadOnlySpan<byte> message, SpanFields fields)
    {
        ReadOnlySpan<byte> key = default, value = default;
        for (var attribute = new ProtobufReader(message); attribute.Read();)
        {
            if (attribute is { Field: 1, WireType: 2 })
                key = attribute.Bytes;
            else if (attribute is { Field: 2, WireType: 2 })
                value = attribute.Bytes;
        }

        if (!SpanFields.IsUsed(key))
            return;
        var name = Encoding.UTF8.GetString(key);
        for (var any = new ProtobufReader(value); any.Read();)
        {
            switch (any.Field, any.WireType)
            {
                case (1, 2):
                    fields.Set(name, Encoding.UTF8.GetString(any.Bytes), null, null);
                    break;
                case (3, 0):
                    fields.Set(name, null, unchecked((long)any.Number), null);
                    break;
                case (4, 1):
                    fields.Set(name, null, null, BitConverter.UInt64BitsToDouble(any.Number));
                    break;
            }
        }
    }
}
