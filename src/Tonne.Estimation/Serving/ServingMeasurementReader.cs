using System.Text.RegularExpressions;
using Tonne.Catalogs;
using Tonne.Hardware;

namespace Tonne.Estimation.Serving;

/// <summary>Reads measurements of serving from a CSV file whose boundary is the accelerators alone.</summary>
/// <remarks>
/// Columns: model; parameters and active parameters in billions; layers, bytes of attention cache per token and the share of experts that
/// a token chooses, as in the model's published configuration, empty if unknown; task; prompt: <c>short</c>, or <c>unknown</c> where prompts
/// are long (images, video, a code base) and their length is not published: such rows are not used for the fit; hardware; accelerators;
/// mean batch; precision; output tokens; J per output token; year of the serving software.
/// </remarks>
public static partial class ServingMeasurementReader
{
    const string Header = "model,parameters_billion,active_billion,layers,cache_bytes_per_token,expert_share,task,prompt,hardware,gpus,"
        + "batch,precision,output_tokens,joules_per_output_token,release";

    /// <summary>The cases of a file.</summary>
    /// <param name="name">Name of the file, for errors.</param>
    /// <param name="text">Text of the file.</param>
    /// <exception cref="TableFormatException">It is malformed.</exception>
    /// <exception cref="UnknownNameException">It names an accelerator or a precision that is not known.</exception>
    public static IReadOnlyList<ServingMeasurement> Read(string name, string text)
    {
        var cases = new List<ServingMeasurement>();
        var rows = new CsvReader(name, text, Header);
        while (rows.Read())
        {
            var accelerator = AcceleratorCatalog.Find(rows.GetText(8)).ValueOrThrow;
            var format = WeightFormat.Find(rows.GetText(11)).ValueOrThrow;
            if (InferenceEstimator.CreateConfiguration(accelerator, format) is not { } hardware)
                throw rows.CreateFormatException($"{accelerator.Name} has no published bandwidth or peak");
            var (parameters, active) = (rows.GetNumber(1) * 1e9, rows.GetNumber(2) * 1e9);
            var (batch, output, joules) = (rows.GetNumber(10), rows.GetNumber(12), rows.GetNumber(13));
            var (layers, cache, share) = (rows.GetNumberOrNull(3), rows.GetNumberOrNull(4), rows.GetNumberOrNull(5));
            if (!(parameters > 0 && active > 0 && active <= parameters && output >= 1 && joules > 0
                && batch >= 1 && rows.GetInteger(9) >= 1))
            {
                throw rows.CreateFormatException("parameters, output tokens, energy, batch and accelerators must be positive, "
                    + "active parameters no more than all");
            }

            if (layers is not (null or > 0) || cache is not (null or > 0) || share is not (null or (> 0 and <= 1)))
                throw rows.CreateFormatException("layers and cache must be positive, the share of experts above 0 and at most 1");
            var isShort = rows.GetText(7) switch
            {
                "short" => true,
                "unknown" => false,
                _ => throw rows.CreateFormatException("the prompt must be short or unknown"),
            };
            cases.Add(new ServingMeasurement(rows.GetText(0), GetFamily(rows.GetText(0)), accelerator.Name, rows.GetText(6),
                hardware with
                {
                    Parameters = parameters,
                    ActiveParameters = active,
                    Gpus = rows.GetInteger(9),
                    Batch = batch,
                    PromptTokens = InferenceEstimator.DefaultPromptTokens.Bounds.Best,
                    OutputTokens = output,
                    UsesOlderSoftware = rows.GetText(14) == "2024",
                    GivenLayers = layers,
                    GivenCacheBytesPerToken = cache,
                    GivenExpertShare = share,
                },
                format, joules, isShort));
        }

        return cases;
    }

    /// <summary>
    /// The family of a model's name: maker, tuning, precision and release date dropped, the releases of Llama 3 of one size taken as one.
    /// </summary>
    internal static string GetFamily(string model)
    {
        var name = Core().Match(model).Groups[1].Value;
        return Release().Replace(name, "Llama-3");
    }

    [GeneratedRegex(@"^(?:.*/)?(?:Meta-|NVIDIA-)?(.+?)(?:-(?:Instruct|Thinking|FP8|it|v\d|\d+k|\d{4})\b.*)?$", RegexOptions.None, 1000)]
    private static partial Regex Core();

    [GeneratedRegex(@"^Llama-3\.\d", RegexOptions.None, 1000)]
    private static partial Regex Release();
}
