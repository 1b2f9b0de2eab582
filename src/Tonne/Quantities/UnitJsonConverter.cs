using System.Text.Json;
using System.Text.Json.Serialization;

namespace Tonne.Quantities;

/// <summary>Writes a unit as its text.</summary>
sealed class UnitJsonConverter : JsonConverter<Unit>
{
    public override Unit Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.GetString() is { } symbol ? Unit.FromStored(symbol) : throw new JsonException("A unit is missing.");

    public override void Write(Utf8JsonWriter writer, Unit value, JsonSerializerOptions options) => writer.WriteStringValue(value.Symbol);
}
