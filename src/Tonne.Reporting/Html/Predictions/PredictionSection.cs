using System.Globalization;
using System.Text.Json;
using Tonne.Formatting;
using Tonne.Quantities;

namespace Tonne.Reporting.Html.Predictions;

/// <summary>Makes the prediction of a page from a stored document <c>tonne.prediction/1</c>.</summary>
static class PredictionSection
{
    const int MaxClasses = 6;
    const double MicrojoulesPerKilowattHour = Energy.JoulesPerKilowattHour * 1e6;

    /// <summary>Creates the prediction; null if there is none, or if its document cannot be read.</summary>
    /// <param name="json">The document; null if the run has none.</param>
    /// <param name="withDetails">Whether a text of the user's data is shown.</param>
    public static ReportPrediction? Create(string? json, bool withDetails)
    {
        if (json is null)
            return null;
        try
        {
            using var document = JsonDocument.Parse(json);
            return Create(document.RootElement, withDetails);
        }
        catch (Exception error) when (error is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            return null;
        }
    }

    static ReportPrediction Create(JsonElement prediction, bool withDetails)
    {
        var seconds = prediction.GetProperty("duration_s").GetDouble();
        var all = prediction.GetProperty("operations").GetInt64();
        var layers = prediction.GetProperty("layers").EnumerateArray().Select(layer =>
        {
            var (time, operations) = (layer.GetProperty("duration_s").GetDouble(), layer.GetProperty("operations").GetInt64());
            return new ReportPrediction.PredictionLayer(
                Read(layer, "name"), Read(layer, "does"),
                $"{FormatCount(layer, "inputs")} → {FormatCount(layer, "outputs")}",
                operations, DisplayValue.FormatCount(operations), string.Create(CultureInfo.InvariantCulture, $"{time * 1e6:0.0} µs"),
                string.Create(CultureInfo.InvariantCulture, $"{ReadKilowattHours(layer) * MicrojoulesPerKilowattHour:0.0} µJ"),
                seconds > 0 ? time / seconds : 0);
        }).ToList();
        var classes = prediction.GetProperty("probabilities").EnumerateArray()
            .Select(one => (Name: Read(one, "class"), Probability: one.GetProperty("probability").GetDouble()))
            .OrderByDescending(one => one.Probability).ToList();
        var shown = classes.Take(classes.Count <= MaxClasses ? MaxClasses : MaxClasses - 1)
            .Select(one => new ReportPrediction.PredictedClass(one.Name, one.Probability, DisplayValue.FormatPercent(one.Probability)))
            .ToList();
        if (classes.Count > shown.Count)
        {
            var rest = classes.Skip(shown.Count).Sum(one => one.Probability);
            shown.Add(new ReportPrediction.PredictedClass(
                string.Create(CultureInfo.InvariantCulture, $"{classes.Count - shown.Count} others"), rest,
                DisplayValue.FormatPercent(rest)));
        }

        var energy = prediction.GetProperty("energy_kwh");
        var bounds = new Bounds(
            energy.GetProperty("low").GetDouble(), energy.GetProperty("value").GetDouble(), energy.GetProperty("high").GetDouble());
        var heaviest = layers.MaxBy(layer => layer.Operations)!;
        var isOwn = prediction.TryGetProperty("text_of", out var origin) && origin.GetString() == "tonne";
        return new ReportPrediction(
            $"{heaviest.Name} does {DisplayValue.FormatPercent(all > 0 ? heaviest.Operations / (double)all : 0)} of the operations "
                + $"and takes {DisplayValue.FormatPercent(heaviest.Share)} of the time",
            "One prediction of the trained network, made after the run: its energy is not part of the run's. Height by operations, "
            + "shade by energy, which is CPU time × the power of a busy thread.",
            isOwn || withDetails ? Read(prediction, "text") : null, layers, shown,
            DisplayValue.Format(bounds * Energy.JoulesPerKilowattHour, "J").FormatWithInterval());
    }

    static double ReadKilowattHours(JsonElement layer) => layer.GetProperty("energy_kwh").GetProperty("value").GetDouble();

    static string FormatCount(JsonElement layer, string name) => DisplayValue.FormatCount(layer.GetProperty(name).GetInt64());

    static string Read(JsonElement element, string name) => TextSanitizer.ToOneLine(element.GetProperty(name).GetString() ?? "");
}
