using System.Globalization;
using System.Text.Json;

namespace Tonne.Services.Imports;

/// <summary>Reads single fields of lines of JSON; what is not asked for is passed over and never becomes a text.</summary>
static class JsonFields
{
    /// <summary>Most tokens that are believed, of a reply, a session or a row.</summary>
    internal const long MostTokens = 1_000_000_000_000;

    // Results of tools are nested as deeply as what they return.
    internal const int MaxDepth = 512;

    const int MaxIdLength = 200;
    const int MaxFolderLength = 4_096;
    const int MaxModelLength = 100;

    internal static JsonReaderOptions Options => new() { MaxDepth = MaxDepth };

    /// <summary>Goes to the next field of the object that the reader is in.</summary>
    /// <returns>Whether there is one; the reader is then at its name, otherwise at the end of the object.</returns>
    internal static bool NextField(ref Utf8JsonReader reader) => reader.Read() && reader.TokenType == JsonTokenType.PropertyName;

    /// <summary>Reads an id or passes over a value of another type.</summary>
    internal static string? ReadId(ref Utf8JsonReader reader) => ReadText(ref reader, MaxIdLength);

    /// <summary>Reads a path.</summary>
    internal static string? ReadFolder(ref Utf8JsonReader reader) => ReadText(ref reader, MaxFolderLength);

    /// <summary>Reads the name of a model.</summary>
    /// <returns>Null if it is not of the characters of such names: it could be any text.</returns>
    internal static string? ReadModel(ref Utf8JsonReader reader)
    {
        var text = ReadText(ref reader, MaxModelLength);
        return text is not null && IsModel(text) ? text : null;
    }

    internal static bool IsModel(string text) => text.Length is > 0 and <= MaxModelLength
        && text.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '.' or '_' or ':' or '/' or '@' or '[' or ']' or '<' or '>');

    /// <summary>Reads a time with its zone, ISO 8601.</summary>
    internal static DateTimeOffset? ReadTime(ref Utf8JsonReader reader)
    {
        reader.Read();
        if (reader.TokenType != JsonTokenType.String)
        {
            reader.Skip();
            return null;
        }

        return reader.TryGetDateTimeOffset(out var time) && time.Year is >= 2000 and < 3000 ? time.ToUniversalTime() : null;
    }

    /// <summary>Reads a number of tokens: 0 if it is null, -1 if it is no such number.</summary>
    internal static long ReadTokens(ref Utf8JsonReader reader)
    {
        reader.Read();
        if (reader.TokenType == JsonTokenType.Null)
            return 0;
        if (reader.TokenType == JsonTokenType.Number && reader.TryGetInt64(out var number) && number is >= 0 and <= MostTokens)
            return number;
        reader.Skip();
        return -1;
    }

    /// <summary>Enters an object, or passes over a value of another type.</summary>
    internal static bool Enter(ref Utf8JsonReader reader)
    {
        reader.Read();
        if (reader.TokenType == JsonTokenType.StartObject)
            return true;
        reader.Skip();
        return false;
    }

    /// <summary>Passes over the value of the field that the reader is at.</summary>
    internal static void SkipValue(ref Utf8JsonReader reader)
    {
        reader.Read();
        reader.Skip();
    }

    /// <summary>Reads a time as exports write it: seconds since 1970, or a date that begins with the year; UTC if it has no zone.</summary>
    internal static DateTimeOffset? ParseTime(string text)
    {
        text = text.Trim();
        if (text.Length is >= 9 and <= 11 && text.All(char.IsAsciiDigit))
            return DateTimeOffset.FromUnixTimeSeconds(long.Parse(text, CultureInfo.InvariantCulture));
        return text.Length >= 8 && text.Take(4).All(char.IsAsciiDigit) && text[4] is '-' or '/'
            && DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture,
                DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var time)
            && time.Year is >= 2000 and < 3000 ? time : null;
    }

    static string? ReadText(ref Utf8JsonReader reader, int maxLength)
    {
        reader.Read();
        if (reader.TokenType != JsonTokenType.String)
        {
            reader.Skip();
            return null;
        }

        var bytes = reader.HasValueSequence ? reader.ValueSequence.Length : reader.ValueSpan.Length;
        if (bytes > maxLength * 4L)
            return null;
        try
        {
            return reader.GetString() is { } text && text.Length <= maxLength ? text : null;
        }
        catch (InvalidOperationException)
        {
            // Half of a surrogate pair.
            return null;
        }
    }
}
