using System.Text.Json;
using Tonne.Lab.NeuralNetworks;

namespace Tonne.Cli.LabRuns;

/// <summary>Writes fields that the lab's JSON documents have in common.</summary>
static class LabJson
{
    extension(Utf8JsonWriter writer)
    {
        /// <summary>Writes the accuracy of each class; null for a class without rows.</summary>
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
