using System.Text;
using Tonne.Ledgers.Months;
using Tonne.Reporting.Terminal;
using Tonne.Reporting.Totals;

namespace Tonne.Reporting.Months;

/// <summary>The report of a month for a terminal, and as the text of a mail.</summary>
public static class MonthText
{
    const int MailColumns = 78;

    /// <summary>Writes the report.</summary>
    /// <param name="writer">Receives the text, with <c>\n</c> at line ends.</param>
    /// <param name="report">The report.</param>
    /// <param name="screen">Width and characters of the terminal.</param>
    /// <param name="isTerminal">Whether it must fit the width.</param>
    public static void Write(TextWriter writer, MonthReport report, TerminalCapabilities screen, bool isTerminal)
    {
        ArgumentNullException.ThrowIfNull(writer);
        ArgumentNullException.ThrowIfNull(report);
        ArgumentNullException.ThrowIfNull(screen);
        var dash = screen.Unicode ? "–" : "-";
        int? columns = isTerminal ? screen.Width : null;
        var sentences = new MonthSentences(report, dash);
        WriteLine(sentences.Title);
        foreach (var line in sentences.DescribeSum())
            WriteLine(line);
        if (sentences.DescribeChange() is { } change)
            WriteLine(change);
        foreach (var table in new MonthTables(report, dash).All())
        {
            WriteHeading(table.Heading);
            var text = new TextTable([.. table.Columns.Select(static column => column == "g CO2e/kWh" ? column
                : column.ToUpperInvariant())])
            {
                RightAligned = table.Numbers,
                OptionalColumns = table.Optional,
                FlexibleColumn = table.Heading == "Largest runs" ? 1 : 0,
            };
            foreach (var row in table.Rows)
                text.Add(row);
            if (isTerminal)
                text.Write(writer, screen);
            else
                text.Write(writer);
        }

        if (!report.Budgets.IsEmpty)
        {
            WriteHeading("Budgets");
            BudgetText.Write(writer, report.Budgets, screen, isTerminal);
            foreach (var warning in BudgetText.DescribeWarnings(report.Budgets, dash))
                WriteLine(warning);
        }

        WriteHeading("How sure this is");
        foreach (var line in sentences.DescribeQuality())
            WriteLine(line);
        foreach (var line in sentences.DescribeFactors())
            WriteLine(line);
        WriteHeading("Where the figures come from");
        var commands = MonthCommands.List(report);
        foreach (var (part, command) in commands)
            WriteLine($"{part}: {command}");

        void WriteHeading(string text)
        {
            writer.Write('\n');
            WriteLine(text);
        }

        void WriteLine(string text)
        {
            foreach (var line in Wrap(screen.ToSupportedText(text), columns ?? int.MaxValue))
                writer.Write(line + "\n");
        }
    }

    /// <summary>The report as a mail in plain text: headers, then lines of at most 78 columns. <c>sendmail -t</c> takes it if it has a
    /// recipient.</summary>
    /// <param name="report">The report.</param>
    /// <param name="to">Address of the recipient; null for none, which <c>sendmail -t</c> refuses.</param>
    /// <exception cref="FormatException">The address has a line break or another control character.</exception>
    public static string RenderMail(MonthReport report, string? to = null)
    {
        ArgumentNullException.ThrowIfNull(report);
        if (to is not null && (to.Length == 0 || to.Any(char.IsControl) || !to.All(char.IsAscii)))
            throw new FormatException($"'{Formatting.TextSanitizer.ToOneLine(to)}' is not an address of a mail.");
        using var mail = new StringWriter { NewLine = "\n" };
        if (to is not null)
            mail.Write($"To: {to}\n");
        mail.Write($"Subject: {Encode("Energy and emissions of computing, " + new MonthSentences(report).Title)}\n");
        mail.Write("MIME-Version: 1.0\nContent-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: 8bit\n\n");
        Write(mail, report, new TerminalCapabilities { Width = MailColumns }, isTerminal: true);
        return mail.ToString();
    }

    /// <summary>A header of a mail: encoded words (RFC 2047) where it has more than ASCII, folded before 78 columns.</summary>
    static string Encode(string text)
    {
        // 45 bytes are 60 characters of base64, with 12 around them.
        const int MostBytes = 45;
        if (text.All(static sign => sign is >= ' ' and <= '~'))
            return string.Join("\n ", Wrap(text, MailColumns - "Subject: ".Length));
        var words = new List<string>();
        var bytes = new List<byte>();
        foreach (var rune in text.EnumerateRunes())
        {
            var next = Encoding.UTF8.GetBytes(rune.ToString());
            if (bytes.Count + next.Length > MostBytes)
                End();
            bytes.AddRange(next);
        }

        End();
        return string.Join("\n ", words);

        void End()
        {
            words.Add($"=?utf-8?B?{Convert.ToBase64String([.. bytes])}?=");
            bytes.Clear();
        }
    }

    /// <summary>A text on lines of at most so many columns; later lines begin with two blanks, and a longer word is divided.</summary>
    internal static IEnumerable<string> Wrap(string text, int columns)
    {
        if (Formatting.TextSanitizer.CountColumns(text) <= columns)
            return [text];
        var lines = new List<string>();
        var indent = text.Length - text.TrimStart().Length;
        var line = new StringBuilder(new string(' ', indent));
        var used = indent;
        foreach (var word in text.TrimStart().Split(' '))
        {
            var width = Formatting.TextSanitizer.CountColumns(word);
            if (used > indent && used + 1 + width > columns)
                End();
            else if (used > indent)
                Append(" ", 1);
            foreach (var rune in word.EnumerateRunes())
            {
                var wide = Formatting.TextSanitizer.CountColumns(rune.ToString());
                if (used + wide > columns)
                    End();
                Append(rune.ToString(), wide);
            }
        }

        lines.Add(line.ToString());
        return lines;

        void Append(string part, int width)
        {
            line.Append(part);
            used += width;
        }

        void End()
        {
            lines.Add(line.ToString());
            indent = lines.Count == 1 ? indent + 2 : indent;
            line.Clear().Append(' ', indent);
            used = indent;
        }
    }
}
