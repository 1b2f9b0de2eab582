using System.Collections.Immutable;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Tonne.Accounting;
using Tonne.Runs;

namespace Tonne.Reporting.BoAmps;

/// <summary>A run as a report of the BoAmps data model (Boavizta and AFNOR): energy of an AI task with its context, for open data.</summary>
/// <remarks>
/// Fields are those of the schema of Boavizta/BoAmps at April 2026 (version 1.1.0): camel case, energy in kWh, durations in s, intensity in g CO2e/kWh. A field
/// that the run does not state is left out. <see cref="MissingFields"/> lists those that the schema requires. See docs/formats/boamps.md.
/// </remarks>
public sealed class BoAmpsReport
{
    readonly JsonObject _document;

    internal BoAmpsReport(JsonObject document, ImmutableArray<BoAmpsMissingField> missingFields) => (_document, MissingFields) = (document, missingFields);

    /// <summary>Fields that the schema requires and the run does not state; none if the report is complete.</summary>
    public ImmutableArray<BoAmpsMissingField> MissingFields { get; }

    /// <summary>Creates the report of a run.</summary>
    /// <param name="record">The run.</param>
    /// <param name="footprint">Its figures.</param>
    /// <param name="at">When the report is written, UTC.</param>
    /// <param name="version">Version of tonne.</param>
    public static BoAmpsReport Create(RunRecord record, Footprint footprint, DateTimeOffset at, string version)
    {
        ArgumentNullException.ThrowIfNull(record);
        ArgumentNullException.ThrowIfNull(footprint);
        return new BoAmpsBuilder(record, footprint).Build(at, version);
    }

    /// <summary>The report as JSON text.</summary>
    /// <param name="indented">Whether on lines of its own; else on one line. Default yes.</param>
    public string ToJson(bool indented = true)
    {
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream, new JsonWriterOptions { Indented = indented, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
            _document.WriteTo(writer);
        return System.Text.Encoding.UTF8.GetString(stream.ToArray());
    }
}
