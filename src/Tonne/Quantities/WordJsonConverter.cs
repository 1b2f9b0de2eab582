using System.Text.Json;
using System.Text.Json.Serialization;

namespace Tonne.Quantities;

/// <summary>Writes an enum's value as its words. Unknown words are read as the default value, so that records of other versions stay readable.</summary>
sealed class WordJsonConverter<T> : JsonConverter<T>
    where T : struct, Enum
{
    public override T Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        EnumWords.Parse<T>(reader.GetString());

    public override void Write(Utf8JsonWriter writer, T value, JsonSerializerOptions options) =>
        writer.WriteStringValue(EnumWords.Format(value));
}
