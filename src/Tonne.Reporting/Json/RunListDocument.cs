using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Tonne.Accounting;

namespace Tonne.Reporting.Json;

/// <summary>Runs as JSON, schema <c>tonne.runs/1</c>: what <c>tonne list --json</c> writes. The fields of a run without its stages, epochs and components.</summary>
public static class RunListDocument
{
    /// <summary>Schema.</summary>
    public const string Schema = "tonne.runs/1";

    static readonly JsonWriterOptions Indented = new() { Indented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Writes the document, indented, one run after another, so that a long list needs little memory.</summary>
    /// <param name="entries">The runs, in the order to write.</param>
    /// <param name="text">Where to write.</param>
    /// <exception cref="IOException">The text cannot be written.</exception>
    public static void Write(IEnumerable<LedgerEntry> entries, TextWriter text)
    {
        ArgumentNullException.ThrowIfNull(entries);
        ArgumentNullException.ThrowIfNull(text);
        var buffer = new ArrayBufferWriter<byte>();
        using var json = new Utf8JsonWriter(buffer, Indented);
        json.WriteStartObject();
        json.WriteString("schema", Schema);
        json.WriteStartArray("runs");
        foreach (var entry in entries)
        {
            JsonSerializer.Serialize(json, RunDocument.FromStatement(entry.Record, entry.Statements[^1]), ReportJson.Readable.RunDocument);
            Pass();
        }

        json.WriteEndArray();
        json.WriteEndObject();
        Pass();

        void Pass()
        {
            json.Flush();
            text.Write(Encoding.UTF8.GetString(buffer.WrittenSpan));
            buffer.ResetWrittenCount();
        }
    }
}
