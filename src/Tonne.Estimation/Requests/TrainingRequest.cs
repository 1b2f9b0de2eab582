using Tonne.Estimation.LanguageModels;
using Tonne.Estimation.Training;
using Tonne.Hardware;

namespace Tonne.Estimation.Requests;

/// <summary>Reads what an estimate of a training is of: <c>hardware</c>, <c>parameters</c>, <c>tokens</c> and the other names of <c>tonne estimate training</c>.</summary>
public static class TrainingRequest
{
    static readonly TrainingPrecision[] _precisions = Enum.GetValues<TrainingPrecision>();

    /// <summary>The names, without that of a model.</summary>
    public static IReadOnlyList<string> Names { get; } =
        ["parameters", "active-parameters", "tokens", "flops", "hardware", "chips", "hours", "precision", "distilled", "like", "tune", "runs", "space"];

    /// <summary>Words of the number formats.</summary>
    public static IEnumerable<string> Precisions => _precisions.Select(FormatPrecision);

    /// <summary>Reads a task for each accelerator.</summary>
    /// <param name="arguments">The words.</param>
    /// <param name="model">The model, if it is known by name or from its files; null if only its size is given.</param>
    /// <exception cref="FormatException">A word is wrong or missing; the message says which and what to write.</exception>
    /// <exception cref="Catalogs.UnknownNameException">A name that no catalog has.</exception>
    public static IReadOnlyList<TrainingTask> Read(EstimateArguments arguments, LanguageModel? model = null)
    {
        ArgumentNullException.ThrowIfNull(arguments);
        var names = arguments.ReadNames("hardware");
        if (names.Count == 0)
            throw new FormatException($"{arguments.Format("hardware")} is missing: the accelerators, such as h100 or h100,a100.");
        var sibling = arguments["like"] is { } name ? TrainingCatalog.Find(name).ValueOrThrow : null;
        var tasks = names.Select(hardware => AcceleratorCatalog.FindWithSlice(hardware).ValueOrThrow).Distinct().Select(chip => new TrainingTask(chip)
        {
            Parameters = arguments.ReadAmount("parameters"),
            ActiveParameters = arguments.ReadAmount("active-parameters"),
            Tokens = arguments.ReadAmount("tokens"),
            Operations = arguments.ReadAmount("flops"),
            Chips = arguments.ReadCount("chips"),
            Hours = arguments.ReadAmount("hours"),
            Precision = ReadPrecision(arguments),
            Distilled = arguments["distilled"] is { } distilled && ReadFlag(arguments, "distilled", distilled),
            Sibling = sibling,
            Tuning = ReadTuning(arguments),
            Runs = arguments.ReadRuns(),
        }).ToList();
        if (model is not null)
            tasks = tasks.ConvertAll(task => task.WithModel(model));
        return tasks.SelectMany(task => task.Validate()).Distinct(StringComparer.Ordinal).ToList() is { Count: > 0 } problems
            ? throw new FormatException(string.Join("; ", problems) + ".")
            : tasks;
    }

    static TrainingPrecision ReadPrecision(EstimateArguments arguments)
    {
        if (arguments["precision"] is not { } text)
            return TrainingPrecision.Bf16;
        var found = Array.FindIndex(_precisions, one => FormatPrecision(one).Equals(text, StringComparison.OrdinalIgnoreCase));
        return found >= 0 ? _precisions[found]
            : throw new FormatException($"{arguments.Format("precision")} '{text}' is not known; there are {string.Join(", ", Precisions)}.");
    }

    static TrainingTuning ReadTuning(EstimateArguments arguments) => arguments["tune"]?.Trim().ToLowerInvariant() switch
    {
        null => TrainingTuning.None,
        "lora" => TrainingTuning.Lora,
        "full" => TrainingTuning.Full,
        _ => throw new FormatException($"{arguments.Format("tune")} '{arguments["tune"]}' is not known; there are lora and full."),
    };

    static bool ReadFlag(EstimateArguments arguments, string name, string text) => text switch
    {
        "true" => true,
        "false" => false,
        _ => throw new FormatException($"{arguments.Format(name)} '{text}' must be true or false."),
    };

    static string FormatPrecision(TrainingPrecision precision) => precision.ToString().ToLowerInvariant();
}
