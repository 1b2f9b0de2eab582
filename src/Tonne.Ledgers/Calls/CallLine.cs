using System.Text.Json;
using System.Text.Json.Serialization;
using Tonne.Ledgers.RunFolders;
using Tonne.Quantities;

namespace Tonne.Ledgers.Calls;

/// <summary>A line of a file of calls: a sum with its key, and a checksum around both. See docs/formats/calls.md.</summary>
sealed record CallLine
{
    internal const string SchemaName = "tonne.calls/1";
    const string Envelope = "calls";

    public string? Schema { get; init; }

    public required DateTimeOffset Hour { get; init; }

    public required string Service { get; init; }

    public required string Provider { get; init; }

    public required string Operation { get; init; }

    public required string Model { get; init; }

    public required string AnsweredModel { get; init; }

    // Rows without one are written as before there were projects.
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Project { get; init; }

    public required string Method { get; init; }

    public required string Boundary { get; init; }

    public required double? IntensityGPerKwh { get; init; }

    public required double? Pue { get; init; }

    public required long Requests { get; init; }

    public required long Failed { get; init; }

    public required long WithoutFigure { get; init; }

    public required long EstimatedTokens { get; init; }

    public required long Dropped { get; init; }

    public required long InputTokens { get; init; }

    public required long CachedInputTokens { get; init; }

    public required long OutputTokens { get; init; }

    public required long ReasoningTokens { get; init; }

    public required Bounds EnergyKwh { get; init; }

    public required Bounds OperationalKg { get; init; }

    public required Bounds EmissionsKg { get; init; }

    /// <summary>The bytes of a line, with its line feed.</summary>
    internal static byte[] Write(CallRow row) =>
        ChecksummedLine.Write(Envelope, JsonSerializer.SerializeToUtf8Bytes(From(row), CallJson.Default.CallLine));

    /// <summary>Reads a line.</summary>
    /// <returns>What is wrong, in words that follow the number of the line; null if nothing is.</returns>
    internal static string? Read(ReadOnlyMemory<byte> bytes, out CallRow? row)
    {
        row = null;
        if (ChecksummedLine.Read(Envelope, bytes, out var json) is { } wrong)
            return wrong;
        try
        {
            var line = JsonSerializer.Deserialize(json.Span, CallJson.Default.CallLine);
            if (line?.Schema != SchemaName)
                return $"has the schema {JsonSerializer.Serialize(line?.Schema, CallJson.Default.String)}, not {SchemaName}";
            var tokens = new CallTokens(line.InputTokens, line.CachedInputTokens, line.OutputTokens, line.ReasoningTokens);
            if (!tokens.IsValid || line.Requests < 0 || line.Failed < 0 || line.WithoutFigure < 0 || line.EstimatedTokens < 0
                || line.Dropped < 0)
                return "has a number that is negative, or a part that exceeds its whole";
            row = line.ToRow(tokens);
            return null;
        }
        catch (Exception error) when (error is JsonException or NotSupportedException or ArgumentException or FormatException)
        {
            return "cannot be understood";
        }
    }

    CallRow ToRow(CallTokens tokens) => new(
        new CallKey
        {
            Hour = Hour,
            Service = Service,
            Provider = Provider,
            Operation = Operation,
            Model = Model,
            AnsweredModel = AnsweredModel,
            Project = Project ?? "",
            Method = Method,
            Boundary = Boundary,
            IntensityGramsPerKwh = IntensityGPerKwh,
            Pue = Pue,
        },
        new CallSum
        {
            Requests = Requests,
            Failed = Failed,
            WithoutFigure = WithoutFigure,
            EstimatedTokens = EstimatedTokens,
            Dropped = Dropped,
            Tokens = tokens,
            EnergyKwh = EnergyKwh,
            OperationalKg = OperationalKg,
            EmissionsKg = EmissionsKg,
        });

    static CallLine From(CallRow row) => new()
    {
        Schema = SchemaName,
        Hour = row.Key.Hour,
        Service = row.Key.Service,
        Provider = row.Key.Provider,
        Operation = row.Key.Operation,
        Model = row.Key.Model,
        AnsweredModel = row.Key.AnsweredModel,
        Project = row.Key.Project.Length > 0 ? row.Key.Project : null,
        Method = row.Key.Method,
        Boundary = row.Key.Boundary,
        IntensityGPerKwh = row.Key.IntensityGramsPerKwh,
        Pue = row.Key.Pue,
        Requests = row.Sum.Requests,
        Failed = row.Sum.Failed,
        WithoutFigure = row.Sum.WithoutFigure,
        EstimatedTokens = row.Sum.EstimatedTokens,
        Dropped = row.Sum.Dropped,
        InputTokens = row.Sum.Tokens.Input,
        CachedInputTokens = row.Sum.Tokens.CachedInput,
        OutputTokens = row.Sum.Tokens.Output,
        ReasoningTokens = row.Sum.Tokens.Reasoning,
        EnergyKwh = row.Sum.EnergyKwh,
        OperationalKg = row.Sum.OperationalKg,
        EmissionsKg = row.Sum.EmissionsKg,
    };
}
