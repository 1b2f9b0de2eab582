using Tonne.Estimation.LanguageModels;

namespace Tonne.Services.Imports;

/// <summary>Models of services by name, those included that are newer than the catalog.</summary>
/// <remarks>
/// The publishers of these models state no size, and new names appear faster than catalogs. A name that the catalog does not have gets the
/// range of its family: of the small models (Haiku, mini, Flash) or of the large ones.
/// </remarks>
public static class ModelFamilies
{
    static readonly string[] _smallWords = ["haiku", "mini", "nano", "flash", "lite", "fast", "luna"];

    static readonly (string Word, string Small, string Large)[] _families =
    [
        ("claude", "Claude Haiku 4.5", "Claude"),
        ("gemini", "Gemini Flash", "Gemini"),
        ("grok", "Grok-3-mini", "Grok-4"),
        ("codex", "GPT-5-mini", "GPT-5"),
        ("gpt-", "GPT-5-mini", "GPT-5"),
    ];

    /// <summary>Finds a model.</summary>
    /// <param name="name">Its name, as a service reports it: <c>claude-opus-4-1@20250805</c>, <c>us.anthropic.claude-…-v1:0</c>.</param>
    /// <param name="isFamily">Whether it is the range of a family, because the catalog does not have the name.</param>
    /// <returns>Null if neither the catalog nor a family has it.</returns>
    public static LanguageModel? Find(string name, out bool isFamily)
    {
        ArgumentNullException.ThrowIfNull(name);
        isFamily = false;
        if (name.Length == 0)
            return null;
        var found = LanguageModelCatalog.Find(name);
        if (found.IsFound)
            return found.ValueOrThrow;
        isFamily = true;
        // Open models have names of the same words, and sizes of their own.
        if (name.Contains("oss", StringComparison.OrdinalIgnoreCase))
            return null;
        var words = name.ToLowerInvariant().Split('-', '.', '_', '/', ':', '@', '[', ']');
        foreach (var (word, small, large) in _families)
        {
            if (name.Contains(word, StringComparison.OrdinalIgnoreCase))
                return LanguageModelCatalog.Find(_smallWords.Any(words.Contains) ? small : large).ValueOrThrow;
        }

        return null;
    }
}
