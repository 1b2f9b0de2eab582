using System.Collections.Immutable;
using Tonne.Accounting;
using Tonne.Formatting;
using Tonne.Ledgers;
using Tonne.Ledgers.Budgets;
using Tonne.Ledgers.Months;
using Tonne.Ledgers.Totals;
using Tonne.Quantities;
using Tonne.Reporting.Months;
using Tonne.Reporting.Terminal;
using Tonne.Runs;
using Tonne.Tests;

namespace Tonne.Reporting.Tests.Months;

/// <summary>The report of a month in its forms, from runs of round numbers, and what a mail needs.</summary>
public class MonthTextTests
{
    const string Hostile = "a|b <img src=x>\nBcc: all@example.org\u202e";

    static readonly CalendarMonth _november = CalendarMonth.Parse("2026-11");
    static readonly DateTimeOffset _now = new(2026, 11, 21, 0, 0, 0, TimeSpan.Zero);

    /// <summary>A run with a PUE of 1.25, a grid of its own, and 1 kg embodied for each 10 kWh at the plug.</summary>
    static RunSummary Run(string id, int day, double hours, double kilowattHours, string? account, string? user, string? partition,
        string node, double grid = 0.05) => new()
    {
        Id = id,
        Name = "train-" + id[^6..],
        User = user,
        Project = account is null ? null : "vision",
        Tags = ImmutableSortedDictionary<string, string>.Empty.Add("model", "bert"),
        Job = new JobIdentity { Launcher = JobLauncher.Slurm, Id = id, Account = account, Partition = partition },
        Cpu = "EPYC",
        Node = node,
        BootId = "boot-" + node,
        Status = hours > 60 ? RunStatus.Failed : RunStatus.Completed,
        StartedAt = _november.Start.AddDays(day - 1),
        DurationSeconds = hours * 3600,
        Energy = Figure(kilowattHours),
        FacilityEnergy = Figure(kilowattHours * 1.25),
        Operational = Figure(kilowattHours * 1.25 * grid),
        Embodied = Figure(kilowattHours / 100),
        Total = Figure((kilowattHours * 1.25 * grid) + (kilowattHours / 100)),
        IdleEnergy = new Bounds(1, 2, 3),
        IdleEmissions = new Bounds(0.1, 0.2, 0.3),
        Zone = "FR",
        Method = "tonne-1",
        FactorsHash = "92edcead01f6",
    };

    static StatedFigure Figure(double value) => new("", "", "facility(cpu+gpu), share, location, lifecycle, with embodied",
        new Bounds(value * 0.8, value, value * 1.3), Quality.Measured, 0.9);

    static RunSummary[] CreateRuns() =>
    [
        Run("20261002-000000-aaaaaa", -28, 40, 800, "physics", "ada", "gpu", "n1", 0.06), Run("20261003-000000-bbbbbb", -27, 20, 300,
            "chem", "grace", "cpu", "n2", 0.06),
        Run("20261004-000000-cccccc", -26, 5, 50, null, "root", null, "n3", 0.06),
        Run("20261102-000000-dddddd", 2, 70, 1400, "physics", "ada", "gpu", "n1"), Run("20261108-000000-eeeeee", 8, 20, 300, "chem",
            "grace", "cpu", "n2"),
        Run("20261115-000000-ffffff", 15, 10, 150, Hostile, Hostile, "cpu", "n2"),
        .. Enumerable.Range(1, 14).Select(day => Run($"202611{day:00}-000000-{day:000000}", day, 24, 12, null, "root", null, "n1") with
        {
            CoversNode = true, Job = null, Project = null, Tags = ImmutableSortedDictionary<string, string>.Empty.Add("kind", "agent"),
                IdleEnergy = Bounds.FromExact(0),
            IdleEmissions = Bounds.FromExact(0), BootId = "boot-a", Node = "gpu-node-1", Status = RunStatus.Completed,
        }),
    ];

    static MonthReport Create()
    {
        var runs = CreateRuns();
        Budget[] budgets =
        [
            new() { Account = "physics", Limit = new Allowance(100), Period = BudgetPeriod.Month }, new() { Account = "chem",
                Limit = new Allowance(1), Period = BudgetPeriod.Quarter },
            new() { Limit = new Allowance(10_000, IsEnergy: true), Period = BudgetPeriod.Year },
        ];
        return MonthReport.Create(runs, _november, null, _now) with
        {
            Budgets = [.. BudgetState.Check(budgets, null, _now, query => LedgerTotal.Of(runs, query))],
            Change = MonthChange.Explain(runs, _november.Previous, _november),
        };
    }

    static string Screen(MonthReport report, TerminalCapabilities screen) => Golden.TextOf(writer => MonthText.Write(writer, report,
        screen, isTerminal: true));

    [Fact]
    public void The_screen_fits_80_columns()
    {
        var screen = Screen(Create(), new TerminalCapabilities { Width = 80 });

        Golden.Matches("Golden/month-80.golden.txt", screen);
        Assert.All(screen.Split('\n'), static line => Assert.InRange(TextSanitizer.CountColumns(line), 0, 80));
    }

    [Fact]
    public void A_screen_without_unicode_has_ascii_and_a_narrow_one_fits()
    {
        Assert.All(Screen(Create(), new TerminalCapabilities { Unicode = false }), static sign => Assert.True(char.IsAscii(sign),
            $"'{sign}'"));
        Assert.All(Screen(Create(), new TerminalCapabilities { Width = 60 }).Split('\n'), static line =>
            Assert.InRange(TextSanitizer.CountColumns(line), 0, 60));
    }

    [Fact]
    public void The_document_is_that_of_the_format() => Golden.Matches("Golden/month.golden.json", MonthDocument.From(Create()).ToJson()
        + "\n");

    [Fact]
    public void Markdown_has_names_as_text()
    {
        var page = MonthMarkdown.Render(Create());

        Golden.Matches("Golden/month.golden.md", page);
        Assert.DoesNotContain("<img", page, StringComparison.Ordinal);
    }

    [Fact]
    public void A_mail_has_headers_of_its_own_only_and_short_lines()
    {
        var mail = MonthText.RenderMail(Create(), "head@example.org");

        Golden.Matches("Golden/month-mail.golden.txt", mail);
        var lines = mail.Split('\n');
        Assert.Equal(["To", "Subject", "MIME-Version", "Content-Type", "Content-Transfer-Encoding"], lines.TakeWhile(static line =>
            line.Length > 0)
            .Where(static line => line[0] != ' ').Select(static line => line.Split(':')[0]));
        Assert.All(lines, static line => Assert.InRange(TextSanitizer.CountColumns(line), 0, 78));
        foreach (var to in new[] { "", "a@b\nBcc: c@d", "ü@example.org" })
            Assert.Throws<FormatException>(() => MonthText.RenderMail(Create(), to));
    }

    [Fact]
    public void A_subject_with_other_letters_is_encoded()
    {
        var name = string.Concat(Enumerable.Repeat("größe ", 12));
        var mail = MonthText.RenderMail(MonthReport.Create([], _november, name, _now));

        var subject = mail[..mail.IndexOf("MIME-Version", StringComparison.Ordinal)].Replace("Subject: ", "", StringComparison.Ordinal)
            .TrimEnd('\n').Split("\n ");
        // RFC 2047: encoded words of at most 75 characters, decoded one by one and joined.
        Assert.All(subject, static word => Assert.InRange(word.Length, 1, 75));
        Assert.Equal($"Energy and emissions of computing, November 2026, account {name.TrimEnd()}, until 2026-11-21 00:00 UTC",
            string.Concat(subject.Select(
            static word => System.Text.Encoding.UTF8.GetString(Convert.FromBase64String(word["=?utf-8?B?".Length..^2])))));
    }

    [Fact]
    public void An_empty_month_says_so()
    {
        var report = MonthReport.Create([], _november, null, _now);

        Assert.StartsWith("November 2026, until 2026-11-21 00:00 UTC\nNo run with figures in November 2026.\n", Screen(report,
            new TerminalCapabilities()), StringComparison.Ordinal);
        Assert.Contains("No run with figures", MonthMarkdown.Render(report), StringComparison.Ordinal);
        Assert.Equal(0, MonthDocument.From(report).Total.Runs);
    }

    [Theory]
    [InlineData(0.204, "+20 %")]
    [InlineData(-0.0604, "-6 %")]
    [InlineData(0.0004, "< 0.1 %")]
    [InlineData(0, "0 %")]
    public void A_change_has_its_sign(double share, string text) => Assert.Equal(text, MonthSentences.FormatShare(share));
}
