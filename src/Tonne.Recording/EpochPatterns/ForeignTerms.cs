using System.Collections.Frozen;
using System.Text.RegularExpressions;

namespace Tonne.Recording.EpochPatterns;

/// <summary>Replaces the words for epoch, loss, accuracy, training and validation of other languages by the English ones.</summary>
static partial class ForeignTerms
{
    static readonly FrozenDictionary<string, string> English = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase)
    {
        // Spanish, Portuguese, Italian, French.
        ["pérdida"] = "loss", ["perdida"] = "loss", ["perda"] = "loss", ["perdita"] = "loss", ["perte"] = "loss",
        ["exactitud"] = "accuracy", ["precisión"] = "accuracy", ["acurácia"] = "accuracy", ["acuracia"] = "accuracy", ["accuratezza"] = "accuracy",
        ["exactitude"] = "accuracy", ["entrenamiento"] = "train", ["treino"] = "train", ["treinamento"] = "train", ["addestramento"] = "train",
        ["entraînement"] = "train", ["entrainement"] = "train", ["validación"] = "val", ["validação"] = "val", ["validazione"] = "val",
        // German, Dutch, Polish, Russian.
        ["verlust"] = "loss", ["verlies"] = "loss", ["strata"] = "loss", ["потери"] = "loss", ["потеря"] = "loss",
        ["genauigkeit"] = "accuracy", ["nauwkeurigheid"] = "accuracy", ["dokładność"] = "accuracy", ["точность"] = "accuracy",
        ["validierung"] = "val", ["validatie"] = "val", ["walidacja"] = "val", ["валидация"] = "val", ["обучение"] = "train",
        // Chinese, Japanese, Korean.
        ["损失"] = "loss", ["損失"] = "loss", ["손실"] = "loss", ["准确率"] = "accuracy", ["精度"] = "accuracy", ["正解率"] = "accuracy", ["정확도"] = "accuracy",
        ["训练"] = "train ", ["訓練"] = "train ", ["학습"] = "train ", ["验证"] = "val ", ["検証"] = "val ", ["검증"] = "val ",
    }.ToFrozenDictionary(StringComparer.OrdinalIgnoreCase);

    /// <summary>The line with English words, if it has an epoch in another language; else the line as it is.</summary>
    public static string ToEnglish(string line)
    {
        var epochs = Epoch().Replace(Ordinal().Replace(line, "epoch $1"), "epoch");
        return ReferenceEquals(epochs, line) ? line : Term().Replace(epochs, word => English.GetValueOrDefault(word.Value, word.Value));
    }

    [GeneratedRegex(@"(?<![\p{L}_])(?:[eéè]poc[aă]|[eé]poques?|epocas?|épocas|epoche[n]?|epocha|epok[aei]?|epokë|эпох[аи]|епох[аи]|εποχή|الحقبة|حقبة)(?![\p{L}_])|エポック|周期|轮次|에포크|에폭", RegexOptions.CultureInvariant | RegexOptions.IgnoreCase)]
    private static partial Regex Epoch();

    /// <summary>"The 3rd of 10 rounds" in Chinese and Japanese: 第 3/10 轮.</summary>
    [GeneratedRegex(@"第\s{0,2}(\d{1,9}(?:\s?/\s?\d{1,9})?)\s{0,2}(?:轮次?|輪)", RegexOptions.CultureInvariant)]
    private static partial Regex Ordinal();

    [GeneratedRegex(@"\p{L}+", RegexOptions.CultureInvariant)]
    private static partial Regex Term();
}
