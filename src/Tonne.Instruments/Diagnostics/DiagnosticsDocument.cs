using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Tonne.Quantities;

namespace Tonne.Instruments.Diagnostics;

/// <summary>A diagnostics report as JSON, schema <c>tonne.doctor/1</c>.</summary>
public static class DiagnosticsDocument
{
    /// <summary>The document as JSON text, indented.</summary>
    /// <param name="report">The report.</param>
    /// <param name="home">Folder of the ledger.</param>
    public static string ToJson(DiagnosticsReport report, string home)
    {
        ArgumentNullException.ThrowIfNull(report);
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream, new JsonWriterOptions { Indented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            writer.WriteStartObject();
            Write(writer, report, home);
            writer.WriteEndObject();
        }

        return Encoding.UTF8.GetString(stream.ToArray());
    }

    static void Write(Utf8JsonWriter writer, DiagnosticsReport report, string home)
    {
        writer.WriteString("schema", "tonne.doctor/1");
        writer.WriteString("root", report.Root);
        writer.WriteString("home", home);
        writer.WriteStartObject("machine");
        writer.WriteString("kind", EnumWords.Format(report.Machine.Kind));
        writer.WriteString("cpu", report.Machine.Cpu);
        writer.WriteString("microarchitecture", report.Machine.Microarchitecture);
        writer.WriteNumber("threads", report.Machine.Threads);
        writer.WriteNumber("memory_bytes", report.Machine.MemoryBytes);
        writer.WriteBoolean("virtual", report.Machine.Virtual);
        writer.WriteEndObject();
        writer.WriteStartObject("place");
        writer.WriteString("zone", report.Place.Zone);
        writer.WriteString("region", report.Place.Region);
        writer.WriteString("how", EnumWords.Format(report.Place.How));
        writer.WriteString("detail", report.Place.Detail);
        writer.WriteEndObject();
        writer.WriteStartArray("components");
        foreach (var basis in report.Bases)
        {
            writer.WriteStartObject();
            writer.WriteString("component", EnumWords.Format(basis.Component));
            writer.WriteString("device", basis.Device);
            writer.WriteString("quality", basis.Quality.ToString().ToLowerInvariant());
            writer.WriteString("why", basis.Why);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteStartArray("meters");
        foreach (var meter in report.Meters)
        {
            writer.WriteStartObject();
            writer.WriteString("id", meter.Meter.Id);
            writer.WriteString("component", meter.Meter.Component.ToString().ToLowerInvariant());
            writer.WriteString("device", meter.Meter.Device);
            writer.WriteString("role", meter.Meter.Role.ToString().ToLowerInvariant());
            writer.WriteString("note", meter.Meter.Note);
            writer.WriteString("problem", meter.Problem);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteStartArray("missing");
        foreach (var missing in report.Missing)
        {
            writer.WriteStartObject();
            writer.WriteString("id", missing.Id);
            writer.WriteString("path", missing.Path);
            writer.WriteString("reason", missing.Reason);
            writer.WriteString("advisory", missing.Advisory);
            writer.WriteStartArray("remedies");
            foreach (var remedy in missing.Remedies)
            {
                writer.WriteStartObject();
                writer.WriteString("summary", remedy.Summary);
                writer.WriteString("command", remedy.Command);
                writer.WriteBoolean("lasts_across_boots", remedy.PersistsAcrossReboots);
                writer.WriteEndObject();
            }

            writer.WriteEndArray();
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        if (report.ControlGroup is { } group)
        {
            writer.WriteStartObject("control_group");
            writer.WriteBoolean("possible", group.IsSupported);
            writer.WriteString("where", group.Folder);
            writer.WriteEndObject();
        }

        if (report.Cost is { } cost)
            writer.WriteNumber("sample_cpu_us", cost.CpuMicroseconds);
    }
}
