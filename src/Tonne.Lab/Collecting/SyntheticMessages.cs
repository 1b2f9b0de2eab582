using System.Collections.Immutable;
using System.Globalization;
using System.Text;

namespace Tonne.Lab.Collecting;

/// <summary>
/// Generates synthetic messages in 13 artificial languages, any number of them, with known numbers of duplicates and of irrelevant rows: 5
/// % in all.
/// </summary>
/// <remarks>
/// Of each 200 rows, 5 repeat an earlier one exactly, 3 repeat one except for its number and its capitals, 1 has only placeholders, 1 is in
/// another script than its language; the other 190 are all different. Words consist of syllables that are specific to each language. Row n
/// depends only on the seed and n, so nothing is stored and any number of rows can be generated. The same seed gives the same rows on every
/// machine.
/// </remarks>
public sealed class SyntheticMessages : RowSource
{
    const int Block = 200;
    const int Originals = 20;
    static readonly Dialect[] Dialects =
    [
        Dialect.Create("cs", "p t k s z v m n d r l č š ž ř h", "a e i o u á é í ě ý ů ou"),
        Dialect.Create("de", "b d f g h k l m n r s t w sch ch pf z", "a e i o u ä ö ü ei ie au"),
        Dialect.Create("es", "b c d f l m n p r s t v ñ ll rr j g", "a e i o u á é í ó ú ie ue"),
        Dialect.Create("fr", "b c d f l m n p r s t v ch qu gn j", "a e i o u é è ê ai ou eau oi"),
        Dialect.Create("it", "b c d f l m n p r s t v z gl gn cc tt ll", "a e i o u à è ì ò ù io ia"),
        Dialect.Create("ja", ListLetters('\u3042', 60) + " " + ListLetters('\u30A2', 50), "", blanks: false),
        Dialect.Create("ko", ListLetters('\uAC00', 400, 27), ""),
        Dialect.Create("pl", "b c d g k l ł m n p r s t w z sz cz rz ść", "a e i o u y ą ę ó ie"),
        Dialect.Create("pt-BR", "b c d f l m n p r s t v nh lh ç j", "a e i o u ã õ á é ê ção ei"),
        Dialect.Create("ru", "б в г д ж з к л м н п р с т ф х ц ч ш", "а е и о у ы э ю я ё ой"),
        Dialect.Create("tr", "b c ç d g ğ h k l m n p r s ş t y z", "a e ı i o ö u ü"),
        Dialect.Create("zh-Hans", ListLetters('\u4E00', 400, 13), "", blanks: false),
        Dialect.Create("zh-Hant", ListLetters('\u4E05', 400, 13), "", blanks: false),
    ];

    readonly ulong _seed;

    /// <summary>Creates a set of messages.</summary>
    /// <param name="rows">Rows, at least 1.</param>
    /// <param name="seed">Any number.</param>
    public SyntheticMessages(long rows, ulong seed)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(rows, 1);
        (Count, _seed) = (rows, SplitMix64.Mix(seed ^ 0x746F6E6E65));
        Name = string.Create(CultureInfo.InvariantCulture, $"{rows:N0} synthetic messages, seed {seed}");
    }

    enum Kind
    {
        Original,
        Exact,
        Near,
        Placeholders,
        Script,
    }

    /// <summary>Number of rows.</summary>
    public long Count { get; }

    /// <summary>Rows that repeat an earlier one exactly.</summary>
    public long ExactDuplicates => CountPlanted(Kind.Exact);

    /// <summary>Rows that repeat an earlier one except for its number and its capitals.</summary>
    public long NearDuplicates => CountPlanted(Kind.Near);

    /// <summary>Rows that are placeholders only.</summary>
    public long PlaceholdersOnly => CountPlanted(Kind.Placeholders);

    /// <summary>Rows in another script than their language.</summary>
    public long WrongScript => CountPlanted(Kind.Script);

    /// <inheritdoc/>
    public override string Name { get; }

    /// <inheritdoc/>
    public override ImmutableArray<string> Columns => TranslatedMessage.ColumnNames;

    /// <inheritdoc/>
    public override IEnumerable<Row> ReadRows(RejectionLog rejections)
    {
        var kinds = new Kind[Block];
        for (var row = 0L; row < Count; row++)
        {
            if (row % Block == 0)
                PlanBlock(row / Block, kinds);
            yield return CreateRow(row, kinds[row % Block]);
        }
    }

    long CountPlanted(Kind kind)
    {
        var each = kind switch { Kind.Exact => 5, Kind.Near => 3, _ => 1 };
        var count = Count / Block * each;
        if (Count % Block > 0)
        {
            var kinds = new Kind[Block];
            PlanBlock(Count / Block, kinds);
            count += kinds.AsSpan(0, (int)(Count % Block)).Count(kind);
        }
        return count;
    }

    /// <summary>The first 20 rows of a block are originals, so that there is always an earlier row to repeat.</summary>
    void PlanBlock(long block, Kind[] kinds)
    {
        Array.Clear(kinds);
        var random = new SplitMix64(_seed ^ SplitMix64.Mix(~(ulong)block));
        ReadOnlySpan<Kind> planted = [Kind.Exact, Kind.Exact, Kind.Exact, Kind.Exact, Kind.Exact, Kind.Near, Kind.Near, Kind.Near, Kind.Placeholders, Kind.Script];
        foreach (var kind in planted)
        {
            int at;
            do
                at = Originals + random.Next(Block - Originals);
            while (kinds[at] != Kind.Original);
            kinds[at] = kind;
        }
    }

    TranslatedMessage CreateRow(long row, Kind kind)
    {
        var random = new SplitMix64(_seed ^ SplitMix64.Mix((ulong)row));
        switch (kind)
        {
            case Kind.Exact or Kind.Near:
                var block = (long)((Int128)random.Next() * (row / Block + 1) >> 64);
                var original = block * Block + random.Next(Originals);
                var (dialect, text) = CreateText(original, original, kind == Kind.Near ? row : original);
                return CreateMessage(row, dialect, kind == Kind.Near ? text.ToUpperInvariant() : text);
            case Kind.Placeholders:
                return CreateMessage(row, Dialects[random.Next(Dialects.Length)], string.Create(CultureInfo.InvariantCulture, $"{{0}}: {{1}} ({row})"));
            case Kind.Script:
                var language = Dialects[random.Next(Dialects.Length)];
                var foreign = language.Script == Script.Latin ? Dialects.First(other => other.Script == Script.Cyrillic) : Dialects.First(other => other.Script == Script.Latin);
                return CreateMessage(row, language, CreateText(row, foreign, row));
            default:
                var (own, said) = CreateText(row, row, row);
                return CreateMessage(row, own, said);
        }
    }

    static TranslatedMessage CreateMessage(long row, Dialect dialect, string text) =>
        new(row + 1, dialect.Language, "Synthetic", string.Create(CultureInfo.InvariantCulture, $"M{row + 1}"), text, "1.0.0.0", inFamily: false);

    (Dialect Dialect, string Text) CreateText(long row, long seedOf, long number)
    {
        var dialect = Dialects[(int)(SplitMix64.Mix(_seed + (ulong)row) % (ulong)Dialects.Length)];
        return (dialect, CreateText(seedOf, dialect, number));
    }

    string CreateText(long row, Dialect dialect, long number)
    {
        var random = new SplitMix64(_seed ^ SplitMix64.Mix((ulong)row) ^ 0x5EED);
        var text = new StringBuilder(96);
        var words = 6 + random.Next(7);
        for (var word = 0; word < words; word++)
        {
            if (word > 0 && dialect.Blanks)
                text.Append(' ');
            dialect.AppendWord(ref random, text);
        }
        if (random.Next(4) == 0)
            text.Append(" {0}");
        return text.Append(CultureInfo.InvariantCulture, $" ({number}).").ToString();
    }

    static string ListLetters(char first, int count, int step = 1) => string.Join(' ', Enumerable.Range(0, count).Select(i => (char)(first + i * step)).Where(c => TextAnalyzer.GetScript(c) != Script.None));

    sealed record Dialect(string Language, Script Script, string[] Onsets, string[] Vowels, bool Blanks)
    {
        public static Dialect Create(string language, string onsets, string vowels, bool blanks = true) =>
            new(language, TextAnalyzer.FindDominantScript(onsets), onsets.Split(' '), vowels.Length == 0 ? [""] : vowels.Split(' '), blanks);

        public void AppendWord(ref SplitMix64 random, StringBuilder text)
        {
            for (var syllables = 2 + random.Next(2); syllables > 0; syllables--)
            {
                // The product of two draws makes the first syllables more frequent, as in natural languages.
                text.Append(Onsets[(int)((long)random.Next(Onsets.Length) * random.Next(Onsets.Length + 1) / Onsets.Length)]);
                text.Append(Vowels[random.Next(Vowels.Length)]);
            }
        }
    }
}
