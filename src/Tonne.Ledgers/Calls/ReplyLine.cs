using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using Tonne.Ledgers.RunFolders;
using Tonne.Quantities;

namespace Tonne.Ledgers.Calls;

/// <summary>A line of a file of counted replies, with a checksum around it. See docs/formats/calls.md.</summary>
sealed record ReplyLine
{
    const string Envelope = "reply";

    public required string Key { get; init; }

    public required DateTimeOffset Time { get; init; }

    public required string Service { get; init; }

    public required string Model { get; init; }

    public required string Project { get; init; }

    public required string Session { get; init; }

    public required long Requests { get; init; }

    // Input, cached input, output, reasoning.
    public required long[] Tokens { get; init; }

    // Low, best, high.
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public double[]? EnergyKwh { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public double[]? OperationalKg { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public double[]? EmissionsKg { get; init; }

    internal static byte[] Write(CountedReply reply) => ChecksummedLine.Write(Envelope, JsonSerializer.SerializeToUtf8Bytes(
        new ReplyLine
        {
            Key = reply.Key,
            Time = reply.Time,
            Service = reply.Service,
            Model = reply.Model,
            Project = reply.Project,
            Session = reply.Session,
            Requests = reply.Requests,
            Tokens = [reply.Tokens.Input, reply.Tokens.CachedInput, reply.Tokens.Output, reply.Tokens.Reasoning],
            EnergyKwh = ToArray(reply.EnergyKwh),
            OperationalKg = ToArray(reply.OperationalKg),
            EmissionsKg = ToArray(reply.EmissionsKg),
        },
        CallJson.Default.ReplyLine));

    /// <summary>Reads a line.</summary>
    /// <returns>What is wrong, in words that follow the number of the line; null if nothing is.</returns>
    internal static string? Read(ReadOnlyMemory<byte> bytes, out CountedReply? reply)
    {
        reply = null;
        if (ChecksummedLine.Read(Envelope, bytes, out var json) is { } wrong)
            return wrong;
        try
        {
            var line = JsonSerializer.Deserialize(json.Span, CallJson.Default.ReplyLine);
            if (line is not { Tokens: [var input, var cached, var output, var reasoning], Requests: >= 0 })
                return "cannot be understood";
            var tokens = new CallTokens(input, cached, output, reasoning);
            if (!tokens.IsValid)
                return "has a number that is negative, or a part that exceeds its whole";
            reply = new CountedReply
            {
                Key = line.Key,
                Time = line.Time,
                Service = line.Service,
                Model = line.Model,
                Project = line.Project,
                Session = line.Session,
                Requests = line.Requests,
                Tokens = tokens,
                EnergyKwh = ToBounds(line.EnergyKwh),
                OperationalKg = ToBounds(line.OperationalKg),
                EmissionsKg = ToBounds(line.EmissionsKg),
            };
            return null;
        }
        catch (Exception error) when (error is JsonException or NotSupportedException or ArgumentException or FormatException)
        {
            return "cannot be understood";
        }
    }

    // Seven digits: there may be a thousand replies a day, and their bounds are wide.
    static double[]? ToArray(Bounds? bounds) => bounds is { } known ? [Round(known.Low), Round(known.Best), Round(known.High)] : null;

    static double Round(double number) =>
        double.Parse(number.ToString("G7", CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);

    static Bounds? ToBounds(double[]? numbers) =>
        numbers is null ? null : numbers is [var low, var best, var high] ? new Bounds(low, best, high)
        : throw new FormatException("Bounds are three numbers.");
}
