using System.Text.RegularExpressions;
using Tonne.Catalogs;
using Tonne.Hardware;

namespace Tonne.Estimation.Serving;

/// <summary>Reads measurements of serving from a file in the format of <c>inference_measured.csv</c>.</summary>
/// <remarks>
/// Only rows whose boundary is the accelerators alone, with joules per output token, a mean batch and a model size, are used. Other rows
/// have other boundaries, which are never mixed.
/// Rows of code completion are not used for the fit: their prompts are long, and the length is not published.
/// </remarks>
public static partial class ServingMeasurementReader
{
    const string Header = "model,params_total_B,params_active_B,task,hardware,n_gpu,batch_max,batch_avg,precision,prompt_tokens,output_tokens,energy_J_per_output_token,energy_Wh_per_request,scope,source,verified,where_read";
    const string AcceleratorsAlone = "GPU only (NVML/Zeus)";

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
            if (rows.GetText(13) != AcceleratorsAlone || rows[1].IsEmpty || rows[7].IsEmpty || rows[10].IsEmpty || rows[11].IsEmpty)
                continue;
            var accelerator = AcceleratorCatalog.Find(rows.GetText(4)).ValueOrThrow;
            var format = WeightFormat.Find(rows.GetText(8).Split(' ')[0]).ValueOrThrow;
            if (InferenceEstimator.CreateConfiguration(accelerator, format) is not { } hardware)
                throw rows.CreateFormatException($"{accelerator.Name} has no published bandwidth or peak");
            var (parameters, active, output, joules, batch) = (rows.GetNumber(1) * 1e9, rows.GetNumber(2) * 1e9, rows.GetNumber(10), rows.GetNumber(11), rows.GetNumber(7));
            if (!(parameters > 0 && active > 0 && active <= parameters && output >= 1 && joules > 0 && batch >= 1 && rows.GetInteger(5) >= 1))
                throw rows.CreateFormatException("parameters, output tokens, energy, batch and accelerators must be positive, active parameters no more than all");
            var task = rows.GetText(3);
            cases.Add(new ServingMeasurement(rows.GetText(0), GetFamily(rows.GetText(0)), accelerator.Name, task,
                hardware with
                {
                    Parameters = parameters,
                    ActiveParameters = active,
                    Gpus = rows.GetInteger(5),
                    Batch = batch,
                    PromptTokens = InferenceEstimator.DefaultPromptTokens.Bounds.Best,
                    OutputTokens = output,
                    UsesOlderSoftware = rows.GetText(14).Contains(" v2 ", StringComparison.Ordinal),
                },
                format.IsEightBit, joules, !task.EndsWith("-fim", StringComparison.Ordinal)));
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
