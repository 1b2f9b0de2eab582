using System.Collections.Immutable;
using System.Globalization;

namespace Tonne.Lab.Collecting;

/// <summary>A translated message of a program: ten columns, of which the language is the label.</summary>
sealed class TranslatedMessage : Row
{
    readonly string? _neutral;

    /// <summary>Creates a message.</summary>
    /// <param name="id">Number of the row in its source, from 1.</param>
    /// <param name="language">Tag of its language, for example <c>pt-BR</c>.</param>
    /// <param name="assembly">The program it belongs to.</param>
    /// <param name="key">Key of the message in that program.</param>
    /// <param name="text">The text.</param>
    /// <param name="version">Version of the program.</param>
    /// <param name="sourceText">The untranslated text; null if unknown.</param>
    /// <param name="inFamily">Whether the messages with the same assembly and key are translations of one message.</param>
    public TranslatedMessage(long id, string language, string assembly, string key, string text, string version, string? sourceText = null, bool inFamily = true)
    {
        (Id, Language, Assembly, Key, Text, Version, _neutral) = (id, language, assembly, key, text, version, sourceText);
        Family = inFamily ? SplitMix64.Mix(unchecked(SplitMix64.HashText(assembly) * 3 + SplitMix64.HashText(key))) : 0;
    }

    /// <summary>Names of the ten columns.</summary>
    public static ImmutableArray<string> ColumnNames { get; } =
        ["id", "language", "assembly", "key", "text", "characters", "words", "script", "placeholders", "version"];

    /// <summary>Number of the row in its source, from 1.</summary>
    public long Id { get; }

    /// <summary>Tag of its language.</summary>
    public string Language { get; }

    /// <summary>The program it belongs to.</summary>
    public string Assembly { get; }

    /// <summary>Its key there.</summary>
    public string Key { get; }

    /// <inheritdoc/>
    public override string Text { get; }

    /// <summary>Version of the program.</summary>
    public string Version { get; }

    /// <inheritdoc/>
    public override string Label => Language;

    /// <inheritdoc/>
    public override string? SourceText => _neutral;

    /// <inheritdoc/>
    public override ulong Family { get; }

    /// <inheritdoc/>
    public override int Columns => 10;

    /// <inheritdoc/>
    public override string GetCell(int column) => column switch
    {
        0 => Id.ToString(CultureInfo.InvariantCulture),
        1 => Language,
        2 => Assembly,
        3 => Key,
        4 => Text,
        5 => Text.Length.ToString(CultureInfo.InvariantCulture),
        6 => TextAnalyzer.CountWords(Text).ToString(CultureInfo.InvariantCulture),
        7 => TextAnalyzer.FindDominantScript(Text).ToString(),
        8 => TextAnalyzer.CountPlaceholders(Text).ToString(CultureInfo.InvariantCulture),
        9 => Version,
        _ => throw new ArgumentOutOfRangeException(nameof(column), column, "A message has ten columns."),
    };
}
