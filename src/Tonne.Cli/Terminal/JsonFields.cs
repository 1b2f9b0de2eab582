using System.Text.Json;
using Tonne.Quantities;
using Tonne.Reporting.Json;

namespace Tonne.Cli.Terminal;

/// <summary>Writes fields that the JSON documents of several commands have in common.</summary>
static class JsonFields
{
    extension(Utf8JsonWriter writer)
    {
        /// <summary>A number; null if it is unknown.</summary>
        public void WriteKnown(string name, double? value)
        {
            if (value is { } number)
                writer.WriteNumber(name, number);
            else
                writer.WriteNull(name);
        }

        /// <summary>A quantity: value, bounds, boundary, quality, measured share.</summary>
        public void WriteQuantity(string name, Figure figure)
        {
            writer.WritePropertyName(name);
            JsonSerializer.Serialize(writer, QuantityDocument.From(figure), ReportJson.Default.QuantityDocument);
        }

        /// <summary>A value with its bounds, whose unit is in its name; null if it is unknown.</summary>
        /// <param name="name">Name, with the unit.</param>
        /// <param name="bounds">Value and bounds.</param>
        /// <param name="quality">Quality of the figure; null to leave it out.</param>
        public void WriteBounds(string name, Bounds? bounds, Quality? quality = null)
        {
            if (bounds is not { } known)
            {
                writer.WriteNull(name);
                return;
            }

            writer.WriteStartObject(name);
            writer.WriteNumber("value", known.Best);
            writer.WriteNumber("low", known.Low);
            writer.WriteNumber("high", known.High);
            if (quality is { } said)
                writer.WriteString("quality", EnumWords.Format(said));
            writer.WriteEndObject();
        }
    }
}
