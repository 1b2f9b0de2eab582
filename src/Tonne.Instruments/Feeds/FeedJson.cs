using System.Globalization;
using System.Text.Json;

namespace Tonne.Instruments.Feeds;

/// <summary>Reads fields of an answer that may be missing, null or of another type.</summary>
static class FeedJson
{
    static readonly string[] TimeFormats =
        ["yyyy-MM-dd'T'HH:mm:ss.FFFFFFFK", "yyyy-MM-dd'T'HH:mm:ssK", "yyyy-MM-dd'T'HH:mmK", "yyyy-MM-dd' 'HH:mm:ssK", "yyyy-MM-dd' 'HH:mmK",
            "yyyy-MM-dd'T'HHK", "yyyy-MM-dd"];

    /// <summary>A field of an object; null if there is none, or it is null.</summary>
    internal static JsonElement? Field(this JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var field) && field.ValueKind != JsonValueKind.Null
            ? field : null;

    /// <summary>A field of an object; null if there is none, or it is null.</summary>
    internal static JsonElement? Field(this JsonElement? element, string name) => element?.Field(name);

    /// <summary>The elements of a list.</summary>
    /// <exception cref="FeedFormatException">It is not a list.</exception>
    internal static JsonElement.ArrayEnumerator Items(this JsonElement? element, string name) =>
        element is { ValueKind: JsonValueKind.Array } list ? list.EnumerateArray()
            : throw new FeedFormatException($"the field \"{name}\" is missing or not a list");

    /// <summary>A number, also one written as a text; null for anything else and for values that are not finite.</summary>
    internal static double? Number(this JsonElement? element) => element switch
    {
        { ValueKind: JsonValueKind.Number } number when number.TryGetDouble(out var value) && double.IsFinite(value) => value,
        { ValueKind: JsonValueKind.String } => ParseNumber(element.Text()),
        _ => null,
    };

    /// <summary>A number in a text, with a decimal point; null if it is none.</summary>
    internal static double? ParseNumber(string? text) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) && double.IsFinite(value) ? value : null;

    /// <summary>A text; null for anything else.</summary>
    internal static string? Text(this JsonElement? element) => element is { ValueKind: JsonValueKind.String } text ? text.GetString()
        : null;

    /// <summary>A time in ISO 8601, with or without seconds and offset (then UTC); null for anything else.</summary>
    internal static DateTimeOffset? Time(this JsonElement? element) => ParseTime(element.Text());

    /// <summary>A time in ISO 8601, with or without seconds and offset (then UTC); null for anything else.</summary>
    internal static DateTimeOffset? ParseTime(string? text) =>
        DateTimeOffset.TryParseExact(text?.Trim(), TimeFormats, CultureInfo.InvariantCulture,
            DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var time) ? time : null;

    /// <summary>A time in seconds since 1970; null if it is out of range.</summary>
    internal static DateTimeOffset? UnixTime(this JsonElement element) =>
        ((JsonElement?)element).Number() is { } seconds and >= 0 and < 32503680000 ? DateTimeOffset.FromUnixTimeSeconds((long)seconds)
            : null;
}
