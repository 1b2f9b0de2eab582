using Tonne.Lab.Cleaning;
using Tonne.Lab.Collecting;
using Tonne.Runs;

namespace Tonne.Lab.Tests.Cleaning;

public class CleanerTests
{
    [Theory]
    [InlineData(8_000, 1ul)]
    [InlineData(4_200, 2ul)]
    [InlineData(1_337, 3ul)]
    public void What_was_planted_is_found_and_nothing_else(long rows, ulong seed)
    {
        var source = new SyntheticMessages(rows, seed);

        var cleaned = Cleaner.Clean(source);

        Assert.Equal(source.ExactDuplicates, cleaned.Report.Removed[RemovalReason.ExactDuplicate]);
        Assert.Equal(source.NearDuplicates, cleaned.Report.Removed[RemovalReason.NearDuplicate]);
        Assert.Equal(source.PlaceholdersOnly, cleaned.Report.Removed[RemovalReason.PlaceholdersOnly]);
        Assert.Equal(source.WrongScript, cleaned.Report.Removed[RemovalReason.WrongScript]);
        Assert.Equal(new DataShape(rows, 10), cleaned.Report.Before);
        Assert.Equal(rows - source.ExactDuplicates - source.NearDuplicates - source.PlaceholdersOnly - source.WrongScript, cleaned.Report.After.Rows);
        Assert.Equal(cleaned.Rows.Count, cleaned.Report.After.Rows);
    }

    [Fact]
    public void Of_two_hundred_synthetic_rows_each_ten_are_removed()
    {
        // 5 + 3 + 1 + 1 of each 200, so 1,000,000 × 10 becomes 950,000 × 10.
        var source = new SyntheticMessages(1_000_000, 7);

        Assert.Equal((25_000, 15_000, 5_000, 5_000), (source.ExactDuplicates, source.NearDuplicates, source.PlaceholdersOnly, source.WrongScript));
    }

    [Fact]
    public void Each_reason_is_counted_by_the_first_that_holds()
    {
        var report = Clean(
            ("de", "Die Datei {0} wurde nicht gefunden.", "The file {0} was not found."),
            ("de", "Die Datei {0} wurde nicht gefunden.", "The file {0} was not found."),
            ("de", "die Datei {1} wurde NICHT gefunden!", "The file {0} was not found."),
            ("fr", "Die Datei {0} wurde nicht gefunden.", null),
            ("de", "The file is open.", "The file is open. "),
            ("ru", "File not found", null),
            ("ja", "{0}: {1} (42)", null),
            ("ja", "Windows で開く", null)).Report;

        Assert.Equal(new DataShape(8, 10), report.Before);
        Assert.Equal(new DataShape(3, 10), report.After);
        Assert.All(Enum.GetValues<RemovalReason>(), reason => Assert.Equal(1, report.Removed[reason]));
        Assert.Equal(new Dictionary<string, long> { ["de"] = 1, ["fr"] = 1, ["ja"] = 1 }, report.KeptByLabel);
    }

    [Fact]
    public void A_near_duplicate_is_found_at_95_of_100_and_texts_of_other_words_are_all_kept()
    {
        // Texts of 120 to 180 letters, one letter changed: of about 150 runs of four, 4 go and 4 come, a Jaccard index of (150 − 4) ÷ (150 + 4) = 0.95.
        var random = new Random(11);
        List<Row> rows = [];
        for (var i = 0; i < 2000; i++)
        {
            var text = string.Join(' ', Enumerable.Range(0, 20).Select(_ => string.Concat(Enumerable.Range(0, random.Next(4, 9)).Select(_ => (char)('a' + random.Next(26))))));
            rows.Add(Message(rows.Count, "x", text));
            if (i % 2 == 0)
            {
                var at = random.Next(text.Length);
                rows.Add(Message(rows.Count, "x", text[..at] + (char)('a' + random.Next(26)) + text[(at + 1)..]));
            }
        }
        var cleaner = new Cleaner();

        var kept = rows.Count(cleaner.Keep);

        // 2,000 different texts are kept for certain; of 1,000 changed ones (some by chance not changed at all) at least 950 go.
        Assert.InRange(kept, 2000, 2050);
        Assert.InRange(cleaner.GetGroups().Distinct().Count(), 2000, 2000);
    }

    [Fact]
    public void Texts_alike_under_two_labels_are_both_kept()
    {
        var cleaned = Clean(("es", "cláusula where", null), ("pt-BR", "cláusula where", null));

        Assert.Equal(2, cleaned.Rows.Count);
    }

    [Fact]
    public void One_message_in_several_languages_is_one_group_and_so_are_texts_related_to_it()
    {
        List<Row> rows =
        [
            new TranslatedMessage(1, "de", "A", "NotFound", "Das Paket konnte auf dem angegebenen Server nicht gefunden werden.", "1"),
            new TranslatedMessage(2, "fr", "A", "NotFound", "Le paquet est introuvable sur le serveur indiqué.", "1"),
            new TranslatedMessage(3, "de", "B", "Other", "Das Paket konnte auf dem angegebenen Server nicht gefunden werden: Zeitlimit.", "1"),
            new TranslatedMessage(4, "de", "B", "Third", "Zugriff verweigert.", "1"),
        ];
        var cleaner = new Cleaner(new() { RemoveNearDuplicates = false });

        Assert.All(rows, row => Assert.True(cleaner.Keep(row)));

        Assert.Equal([0, 0, 0, 3], cleaner.GetGroups());
    }

    [Fact]
    public void Nothing_left_is_an_error_that_says_why()
    {
        var error = Assert.Throws<UnusableDataException>(() => Clean(("de", "{0}", null)));

        Assert.Contains("1 × PlaceholdersOnly", error.Message, StringComparison.Ordinal);
    }

    static TranslatedMessage Message(int id, string language, string text) => new(id, language, "A", "K" + id, text, "1");

    static CleaningResult Clean(params (string Language, string Text, string? Neutral)[] rows) =>
        Cleaner.Clean(new GivenRows([.. rows.Select((row, i) => new TranslatedMessage(i + 1, row.Language, "A", "K" + i, row.Text, "1", row.Neutral))]));
}
