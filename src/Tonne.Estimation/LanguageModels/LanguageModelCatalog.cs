using System.Globalization;
using System.Text.RegularExpressions;
using Tonne.Catalogs;
using Tonne.Quantities;

namespace Tonne.Estimation.LanguageModels;

/// <summary>Language models by name: open ones with their published size, and those of services whose size nobody states as a range.</summary>
public static partial class LanguageModelCatalog
{
    const string OpenTable = "language_models.csv";
    const string UndisclosedTable = "undisclosed_models.csv";
    const int MaxNameLength = 200;

    static readonly Lazy<List<(LanguageModel Model, string[] Names, int? Year)>> _rows = new(Read);
    static readonly Lazy<Dictionary<string, LanguageModel>> _byKey = new(CreateIndex);

    /// <summary>All models, as in the tables.</summary>
    public static IEnumerable<LanguageModel> All => _rows.Value.Select(row => row.Model);

    /// <summary>All names by which a model is found.</summary>
    public static IEnumerable<string> Names => _rows.Value.SelectMany(row => row.Names);

    /// <summary>
    /// Finds a model by its name, or by that of a repository or a file of it: <c>meta-llama/Llama-3.1-70B-Instruct</c>,
    /// <c>Qwen3-32B-AWQ</c>, <c>gpt-4o-2024-08-06</c>. Variants of one model (tuned, quantised, dated) have one size; the number of parameters in
    /// the name must agree.
    /// </summary>
    public static LookupResult<LanguageModel> Find(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        var tail = name.Trim();
        if (tail.Length is 0 or > MaxNameLength)
            return Unknown(name.Length > MaxNameLength ? name[..MaxNameLength] : name);
        tail = tail[(tail.LastIndexOf('/') + 1)..];
        var format = FindFormat(tail);
        while (true)
        {
            if (Lookup(tail) is { } found)
                return format is null ? found : found with { Format = format };
            if (VariantSuffix().Match(tail) is not { Success: true, Index: > 0 } suffix)
                return Unknown(name);
            tail = tail[..suffix.Index];
        }
    }

    /// <summary>The models as rows of a catalog.</summary>
    /// <param name="search">Words that a row must contain; null for all.</param>
    public static IReadOnlyList<CatalogEntry> Search(string? search) =>
        [.. _rows.Value.Select(row => CreateEntry(row.Model, row.Year)).Where(entry => entry.Matches(search))];

    static LanguageModel? Lookup(string text)
    {
        var key = NameMatching.ToKey(text);
        if (_byKey.Value.TryGetValue(key, out var found))
            return found;
        // Publishers before the name: Meta-Llama-3-8B.
        foreach (var maker in (string[])["meta", "google", "openai", "anthropic", "mistralai", "nvidia", "microsoft"])
        {
            if (key.StartsWith(maker, StringComparison.Ordinal) && _byKey.Value.TryGetValue(key[maker.Length..], out found))
                return found;
        }

        return null;
    }

    static string? FindFormat(string name) => QuantisedSuffix().Match(name) is not { Success: true } match ? null : match.Value.ToUpperInvariant().TrimStart('-', '_', '.') switch
    {
        "FP8" or "FP8-DYNAMIC" => "fp8",
        "INT8" or "8BIT" or "W8A8" or "Q8" or "Q8_0" => "int8",
        "MXFP4" => "mxfp4",
        _ => "int4",
    };

    static UnknownName Unknown(string name) => new("model", name, Ambiguous: false, NameMatching.FindNearest(name[(name.LastIndexOf('/') + 1)..], Names.Select(known => (NameMatching.ToKey(known), known))));

    static Dictionary<string, LanguageModel> CreateIndex()
    {
        var index = new Dictionary<string, LanguageModel>(StringComparer.Ordinal);
        foreach (var (model, names, _) in _rows.Value)
        {
            // A name may be written in two ways of the same key: gpt2-xl, GPT-2 XL.
            foreach (var name in names.DistinctBy(name => NameMatching.ToKey(name)))
            {
                if (!index.TryAdd(NameMatching.ToKey(name), model.Undisclosed is null ? model : model with { Name = name }))
                    throw new InvalidOperationException($"The name '{name}' is in the tables of models twice.");
            }
        }

        return index;
    }

    static CatalogEntry CreateEntry(LanguageModel model, int? year)
    {
        var size = model.Undisclosed is { } range ? new Bounds(range.Smallest.Parameters, model.Parameters, range.Largest.Parameters) : Bounds.FromExact(model.Parameters);
        List<string> note = [];
        if (model.ActiveParameters is { } active)
            note.Add(string.Create(CultureInfo.InvariantCulture, $"{active / 1e9:0.##} billion active"));
        if (model.Layers is { } layers)
            note.Add(string.Create(CultureInfo.InvariantCulture, $"{layers} layers"));
        if (model.TrainingTokens is { } tokens)
            note.Add(string.Create(CultureInfo.InvariantCulture, $"trained on {tokens / 1e9:0.##} billion tokens"));
        if (model.Undisclosed is not null)
            note.Add(model.Origin);
        return new CatalogEntry("model/" + NameMatching.ToSlug(model.Name), model.Name, size, "parameters", year, model.Undisclosed is null ? Quality.Measured : Quality.Assumed, model.Source!, string.Join("; ", note));
    }

    static List<(LanguageModel, string[], int?)> Read()
    {
        var all = new List<(LanguageModel, string[], int?)>();
        var assembly = typeof(LanguageModelCatalog).Assembly;
        var rows = new CsvReader(OpenTable, EmbeddedTable.ReadText(OpenTable, assembly),
            "name,aliases,publisher,year,parameters,active_parameters,layers,kv_bytes_per_token,experts_used,experts,training_tokens,format,source");
        while (rows.Read())
        {
            var name = rows.GetText(0);
            all.Add((new LanguageModel
            {
                Name = name,
                Parameters = rows.GetNumber(4),
                ActiveParameters = rows.GetNumberOrNull(5),
                Layers = (int?)rows.GetNumberOrNull(6),
                KvCacheBytesPerToken = rows.GetNumberOrNull(7),
                ExpertShare = rows.GetNumberOrNull(8) / rows.GetNumberOrNull(9),
                TrainingTokens = rows.GetNumberOrNull(10),
                Format = rows.GetText(11) is { Length: > 0 } format ? format : null,
                Origin = $"as {rows.GetText(2)} states it",
                Source = rows.GetText(12),
            }, [name, .. rows.GetText(1).Split(';', StringSplitOptions.RemoveEmptyEntries)], (int)rows.GetNumber(3)));
        }

        rows = new CsvReader(UndisclosedTable, EmbeddedTable.ReadText(UndisclosedTable, assembly),
            "names,publisher,active_low,active_best,active_high,total_low,total_best,total_high,reason,source");
        while (rows.Read())
        {
            var names = rows.GetText(0).Split(';');
            var best = new LanguageModel
            {
                Name = names[0], Parameters = rows.GetNumber(6), ActiveParameters = rows.GetNumber(3), Origin = rows.GetText(8), Source = rows.GetText(9),
            };
            all.Add((best with
            {
                Undisclosed = (best with { Name = names[0] + ", smallest", Parameters = rows.GetNumber(5), ActiveParameters = rows.GetNumber(2) },
                    best with { Name = names[0] + ", largest", Parameters = rows.GetNumber(7), ActiveParameters = rows.GetNumber(4) }),
            }, names, null));
        }

        return all;
    }

    // What follows the size in the names of tuned, quantised and dated variants, one word at a time.
    [GeneratedRegex(@"[-_ .:@]+(?:instruct|chat|it|hf|base|pt|fp8|fp16|bf16|f16|dynamic|int4|int8|4bit|8bit|awq|gptq|gguf|ggml|bnb|mxfp4|nvfp4|fp4|w4a16|w8a8|q\d(?:_[0-9a-z]+)*|k_[sml]|thinking|preview|latest|exp|turbo"
        + @"|vision|distill|sft|dpo|rlhf|online|tuned|v\d+(?:\.\d+)*|\d{4}|\d{6}|\d{8}|\d{4}-\d{2}-\d{2}|\d{2}-\d{2}|0\d{1,2}|quantized|unsloth|mlx|\d+k|safetensors|bin)$", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant, 1000)]
    private static partial Regex VariantSuffix();

    [GeneratedRegex(@"[-_.](?:fp8(?:-dynamic)?|int8|8bit|w8a8|q8(?:_0)?|mxfp4|nvfp4|fp4|int4|4bit|awq|gptq|w4a16|q4(?:_[0-9a-z]+)*)(?=$|[-_.])", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant, 1000)]
    private static partial Regex QuantisedSuffix();
}
