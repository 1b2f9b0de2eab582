using System.Text.Json;
using Tonne.Lab.Networks;
using Tonne.Quantities;
using Tonne.Reports;

namespace Tonne.Cli.Laboratory;

/// <summary>Fields that the lab's JSON documents have in common.</summary>
static class LabJson
{
    extension(Utf8JsonWriter writer)
    {
        /// <summary>A quantity: value, bounds, boundary, quality, measured share.</summary>
        public void WriteQuantity(string name, Figure figure)
        {
            writer.WritePropertyName(name);
            JsonSerializer.Serialize(writer, QuantityDocument.Of(figure), ReportJson.Default.QuantityDocument);
        }

        /// <summary>A value with its bounds, where the unit is in the name and nothing else is to be said; null if it cannot be told.</summary>
        public void WriteInterval(string name, Bounds? bounds)
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
            writer.WriteEndObject();
        }

        /// <summary>Accuracy of each class; null where it has no rows.</summary>
        public void WriteAccuracyOfClass(Score score, IReadOnlyList<string> classes)
        {
            writer.WriteStartObject("accuracy_of_class");
            for (var index = 0; index < classes.Count; index++)
            {
                if (double.IsNaN(score.AccuracyOfClass[index]))
                    writer.WriteNull(classes[index]);
                else
                    writer.WriteNumber(classes[index], score.AccuracyOfClass[index]);
            }

            writer.WriteEndObject();
        }
    }
}
