using System.Globalization;
using Tonne.Accounting;
using Tonne.Ledgers.ImportExport;
using Tonne.Tests;
using FsCheck;
using FsCheck.Fluent;

namespace Tonne.Ledgers.Tests.ImportExport;

public class CodeCarbonExportTests
{
    static readonly DateTimeOffset At = new(2026, 11, 22, 8, 0, 0, TimeSpan.Zero);

    static string Sample(string name) => Path.Combine(AppContext.BaseDirectory, "ImportExport", "Samples", name);

    [Fact]
    public void The_export_is_as_reviewed()
    {
        using var home = new TemporaryHome();
        var measured = home.Complete("20261122-054210-aaaaa1");
        var imported = CodeCarbonCsv.Import(Sample("emissions-3.csv"), At).Runs.Select(run => run.Entry);

        Golden.Matches("ImportExport/export.golden.csv", Golden.TextOf(writer => CodeCarbonCsv.Export([measured, .. imported], writer)));
    }

    [Fact]
    public void Shared_columns_have_the_same_names_order_and_units_as_codecarbon()
    {
        var theirs = File.ReadLines(Sample("emissions-3.csv")).First().Split(',');

        Assert.Equal(theirs[..38], CodeCarbonExport.Header[..38]);
        Assert.All(CodeCarbonExport.Header[38..], column => Assert.StartsWith("tonne_", column, StringComparison.Ordinal));
    }

    [Fact]
    public void What_was_imported_goes_back_as_it_came()
    {
        var written = Golden.TextOf(writer => CodeCarbonCsv.Export(CodeCarbonCsv.Import(Sample("emissions-3.csv"), At).Runs.Select(run => run.Entry), writer));
        var back = CodeCarbonCsv.Import(new StringReader(written), "back.csv", At);
        var there = CodeCarbonCsv.Import(Sample("emissions-3.csv"), At);

        Assert.Empty(back.Problems);
        foreach (var (a, b) in there.Runs.Zip(back.Runs))
        {
            Assert.Equal(a.Entry.Account().Operational.Value, b.Entry.Account().Operational.Value, 1e-12);
            Assert.Equal(a.Entry.Record.Opening.StartedAt, b.Entry.Record.Opening.StartedAt);
            Assert.Equal(a.Entry.Record.Opening.Machine.Cpu, b.Entry.Record.Opening.Machine.Cpu);
            Assert.Equal(a.Entry.Record.Opening.Tags, b.Entry.Record.Opening.Tags);
            // The rate, PUE and WUE are made anew: they belong to the statement, not to the facts. A column of the user's own has no place in the export.
            Assert.Subset(b.Entry.Record.Notes.ToHashSet(StringComparer.Ordinal), a.Entry.Record.Notes
                .Where(note => !note.Contains(".team", StringComparison.Ordinal) && !note.Contains(".emissions_rate", StringComparison.Ordinal) && !note.Contains("ue = ", StringComparison.Ordinal)).ToHashSet(StringComparer.Ordinal));
        }
    }

    [Fact]
    public void A_value_with_commas_quotes_and_line_breaks_stays_in_its_column() =>
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(20), Prop.ForAll<NonNull<string>>(name =>
        {
            var text = name.Get.Trim().Replace("\r", "", StringComparison.Ordinal);
            using var home = new TemporaryHome();
            var entry = home.Complete("20261122-054210-aaaaa1", with: opening => opening with { Project = text.Length == 0 ? "p" : text });
            var written = Golden.TextOf(writer => CodeCarbonCsv.Export([entry], writer));
            var back = CodeCarbonCsv.Import(new StringReader(written), "x.csv", At);
            // Control characters that could change a terminal become "?", and a cell that a spreadsheet would execute begins with "'".
            var expected = string.Concat(entry.Record.Opening.Project!.Select(c => char.IsControl(c) && c is not ('\n' or '\t') ? '?' : c));
            return back.Problems.Length == 0 && back.Runs[0].Entry.Record.Opening.Project!.TrimStart('\'') == expected.TrimStart('\'')
                && back.Runs[0].Entry.Record.DurationSeconds == entry.Record.DurationSeconds;
        }));

    /// <summary>Prefixes of OWASP, CSV Injection; numbers stay numbers.</summary>
    [Theory]
    [InlineData("=HYPERLINK(\"http://x\")", "'=HYPERLINK(\"http://x\")")]
    [InlineData("@SUM(A1)", "'@SUM(A1)")]
    [InlineData("+cmd|' /C calc'!A0", "'+cmd|' /C calc'!A0")]
    [InlineData("-2+3", "'-2+3")]
    [InlineData("\t=1", "'\t=1")]
    [InlineData("-81.5", "-81.5")]
    [InlineData("a=b", "a=b")]
    [InlineData("red\u001b[31m\u0007", "red?[31m?")]
    public void A_cell_that_a_spreadsheet_would_execute_is_text(string name, string cell)
    {
        using var home = new TemporaryHome();
        var entry = home.Complete("20261122-054210-aaaaa1", with: opening => opening with { Project = name });

        var written = Golden.TextOf(writer => CodeCarbonCsv.Export([entry], writer));

        using var parser = new CsvHelper.CsvParser(new StringReader(written), System.Globalization.CultureInfo.InvariantCulture);
        Assert.True(parser.Read() && parser.Read());
        Assert.Equal(cell, parser.Record![1]);
    }

    [Fact]
    public void Appending_never_moves_a_column()
    {
        using var home = new TemporaryHome();
        var entry = home.Complete("20261122-054210-aaaaa1");
        var path = home.Elsewhere("out.csv");

        Assert.Null(CodeCarbonCsv.Append(path, [entry]).Note);
        File.WriteAllText(path, File.ReadAllText(path).TrimEnd('\n'));
        Assert.Equal(1, CodeCarbonCsv.Append(path, [entry]).Rows);

        var lines = File.ReadAllLines(path);
        Assert.Equal(3, lines.Length);
        Assert.Equal(lines[1], lines[2]);
        Assert.Equal(string.Join(',', CodeCarbonExport.Header), lines[0]);
    }

    [Fact]
    public void A_file_of_other_columns_is_left_and_a_new_one_written()
    {
        using var home = new TemporaryHome();
        var entry = home.Complete("20261122-054210-aaaaa1");
        var path = home.Elsewhere("emissions.csv");
        File.Copy(Sample("emissions-2.csv"), path);

        var first = CodeCarbonCsv.Append(path, [entry]);
        var second = CodeCarbonCsv.Append(path, [entry]);

        Assert.Equal(home.Elsewhere("emissions.1.csv"), first.File);
        Assert.Contains("other columns", first.Note, StringComparison.Ordinal);
        Assert.Equal(first.File, second.File);
        Assert.Equal(File.ReadAllText(Sample("emissions-2.csv")), File.ReadAllText(path));
        Assert.Equal(3, File.ReadAllLines(first.File).Length);
    }

    [Fact]
    public void Columns_of_codecarbon_keep_its_boundary()
    {
        using var home = new TemporaryHome();
        var entry = home.Complete("20261122-054210-aaaaa1");
        var row = CodeCarbonExport.Header.Zip(CodeCarbonExport.CreateRow(entry)).ToDictionary(pair => pair.First, pair => pair.Second, StringComparer.Ordinal);

        // The job's part of the package alone, with PUE 1.4, at 56 g/kWh; the rest of the machine is only in tonne's own columns.
        var cpu = entry.Record.Components.Single(c => c.Device == "package-0").JobMicrojoules / 3.6e12 * 1.4;
        Assert.Equal(cpu, Number("cpu_energy"), 1e-15);
        Assert.Equal(cpu, Number("energy_consumed"), 1e-15);
        Assert.Equal(cpu * 56 / 1000, Number("emissions"), 1e-15);
        Assert.Equal(entry.Account().Operational.Value, Number("tonne_operational_kg"), 1e-15);
        Assert.True(Number("tonne_operational_kg") > Number("emissions"));
        Assert.Equal("", row["water_consumed"]);

        double Number(string column) => double.Parse(row[column], CultureInfo.InvariantCulture);
    }

    [Fact]
    public void Json_lines_hold_whole_entries()
    {
        using var home = new TemporaryHome();
        LedgerEntry[] entries = [home.Complete("20261122-054210-aaaaa1"), .. CodeCarbonCsv.Import(Sample("emissions-3.csv"), At).Runs.Select(run => run.Entry)];

        var text = Golden.TextOf(writer => JsonLines.Export(entries, writer));
        var back = JsonLines.Read(new StringReader(text)).ToList();

        Assert.Equal(entries.Length, text.Count(c => c == '\n'));
        Assert.Equal(text, Golden.TextOf(writer => JsonLines.Export(back, writer)));
        Assert.Contains("Line 2", Assert.Throws<FormatException>(() => JsonLines.Read(new StringReader(text.Split('\n')[0] + "\n{]\n")).ToList()).Message, StringComparison.Ordinal);
    }
}
