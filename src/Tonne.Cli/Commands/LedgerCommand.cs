using System.CommandLine;
using Tonne.Cli.Terminal;
using Tonne.Formatting;
using Tonne.Ledgers;
using Tonne.Ledgers.Auditing;
using Tonne.Ledgers.ImportExport;
using Tonne.Reporting.BoAmps;
using Tonne.Runs;

namespace Tonne.Cli.Commands;

/// <summary><c>tonne ledger …</c>: maintenance, import and export of the ledger.</summary>
static class LedgerCommand
{
    public static Command Build(CommandContext context) =>
        new("ledger", "Verify, recount, scrub, merge, import and export the ledger.")
        {
            Verify(context), Reindex(context), Recount(context), Audit(context), Thin(context), Scrub(context), Merge(context),
                LedgerPushCommand.Build(context), Import(context), Export(context),
        };

    /// <summary>The order of day and month in the dates of another tool.</summary>
    internal static Option<string?> CreateDateOrderOption()
    {
        var order = new Option<string?>("--date-order") { Description = "Order of a date such as 10/03/2024: dmy or mdy. Without it, a row whose date can be read both ways is skipped", HelpName = "ORDER" };
        order.AcceptOnlyFromAmong("dmy", "mdy");
        return order;
    }

    internal static DateOrder? ParseDateOrder(string? word) => word switch { "dmy" => DateOrder.DayFirst, "mdy" => DateOrder.MonthFirst, _ => null };

    static Command Verify(CommandContext context)
    {
        var json = new Option<bool>("--json") { Description = "One JSON document (schema tonne.verify/1)" };
        var command = new Command("verify",
            "Check every trace, record, statement, call and service. Nothing is changed; exit code 1 if something is wrong.") { json };
        command.SetAction(parsed =>
        {
            var session = LedgerSession.Open(context);
            var runs = session.Ledger.Home.GetRunFolders().Count;
            using var progress = new ProgressCounter(context, "runs", runs);
            var problems = session.Ledger.Verify(progress.Report);
            progress.Dispose();
            if (parsed.GetValue(json))
            {
                context.Out.WriteLine(JsonText.Build(writer =>
                {
                    writer.WriteString("schema", "tonne.verify/1");
                    writer.WriteString("home", session.Ledger.Home.Root);
                    writer.WriteNumber("runs", runs);
                    writer.WriteStartArray("problems");
                    foreach (var problem in problems)
                    {
                        writer.WriteStartObject();
                        writer.WriteString("run", problem.Run);
                        writer.WriteString("file", problem.File);
                        writer.WriteString("what", problem.What);
                        writer.WriteString("remedy", problem.Remedy);
                        writer.WriteEndObject();
                    }

                    writer.WriteEndArray();
                }));
            }
            else
            {
                WriteProblems(context, problems);
                context.Out.WriteLine($"{runs} runs checked, {problems.Count} problems");
            }

            return problems.Count == 0 ? 0 : CommandLine.Failure;
        });
        return command;
    }

    static Command Audit(CommandContext context)
    {
        var json = new Option<bool>("--json") { Description = "One JSON document (schema tonne.audit/1)" };
        var command = new Command("audit", "Append the runs that have ended to the hourly audit file, audit.csv.") { json };
        command.SetAction(parsed =>
        {
            var ledger = LedgerSession.Open(context).Ledger;
            var audit = HourlyAudit.Read(ledger.Home);
            var (runs, lines) = audit.Append(ledger, context.Time.GetUtcNow());
            if (parsed.GetValue(json))
            {
                context.Out.WriteLine(JsonText.Build(writer =>
                {
                    writer.WriteString("schema", "tonne.audit/1");
                    writer.WriteNumber("runs_added", runs);
                    writer.WriteNumber("lines_added", lines);
                    writer.WriteNumber("lines", audit.Lines);
                    writer.WriteString("last_hash", audit.LastHash);
                }));
            }
            else
            {
                context.Out.WriteLine($"{runs} {(runs == 1 ? "run" : "runs")} added in {lines} {(lines == 1 ? "line" : "lines")}; {audit.Lines} in all.");
                if (audit.Lines > 0)
                    context.Out.WriteLine($"Last hash: {audit.LastHash}. Keep it elsewhere: it shows whether lines were removed from the end.");
            }

            return 0;
        });
        return command;
    }

    static Command Reindex(CommandContext context)
    {
        var command = new Command("reindex", "Rebuild the index from the run folders.");
        command.SetAction(_ =>
        {
            var ledger = LedgerSession.Open(context).Ledger;
            using var progress = new ProgressCounter(context, "runs");
            var runs = ledger.Reindex(progress.Report);
            progress.Dispose();
            context.Out.WriteLine($"{runs} runs indexed");
            return 0;
        });
        return command;
    }

    static Command Recount(CommandContext context)
    {
        var runs = new Argument<string[]>("runs") { Description = "Runs to account again; default: all", Arity = ArgumentArity.ZeroOrMore };
        var command = new Command("recount", "Account runs again with the current factors. Older statements are kept.") { runs };
        command.SetAction(parsed =>
        {
            var session = LedgerSession.Open(context);
            var named = parsed.GetValue(runs) ?? [];
            // A statement that cannot be read is a reason to recount; without a readable record there is nothing to count.
            var ids = (named.Length > 0 ? named.Select(session.ResolveId)
                : session.Ledger.ListRuns().Where(run => run.Status != RunStatus.Running && (run.Trouble is null || run.Trouble.File == session.Ledger.Home.GetRunFolder(run.Id).StatementsPath)).Select(run => run.Id)).ToList();
            using var progress = new ProgressCounter(context, "runs", ids.Count);
            var (done, recounted, changed) = (0, 0, 0);
            foreach (var id in ids)
            {
                progress.Report(++done);
                if (session.Ledger.Recount(id, entry => session.Account(entry.Record)) is not { } run)
                    continue;
                recounted++;
                if (!run.Added)
                    continue;
                changed++;
                progress.Dispose();
                var (before, after) = (run.Before?.Figures.First(figure => figure.Name == "emissions_kg.total"), run.After.Figures.First(figure => figure.Name == "emissions_kg.total"));
                context.Out.WriteLine($"{run.Id}  {(before is null ? "-" : DisplayValue.Format(before.Bounds, before.Unit).Text)} → {DisplayValue.Format(after.Bounds, after.Unit).Text}");
            }

            progress.Dispose();
            var foreign = ids.Count - recounted;
            context.Out.WriteLine($"{recounted} runs recounted, {changed} changed{(foreign > 0 ? $", {foreign} unchanged: their figures are from another tool" : "")}");
            return 0;
        });
        return command;
    }

    static Command Thin(CommandContext context)
    {
        var days = new Option<int>("--after-days") { Description = "Thin the traces of runs older than N days", DefaultValueFactory = _ => 90, HelpName = "N" };
        var command = new Command("thin", "Thin the traces of old runs (docs/formats/ledger.md). Records and statements stay.") { days };
        command.SetAction(parsed =>
        {
            if (parsed.GetValue(days) < 0)
                throw new InvalidInputException($"--after-days {parsed.GetValue(days)} is negative; 0 thins all that have ended.");
            var thinned = LedgerSession.Open(context).Ledger.Thin(new ThinningRule { After = TimeSpan.FromDays(parsed.GetValue(days)) });
            WriteProblems(context, [.. thinned.Where(run => run.Problem is not null).Select(run => run.Problem!)]);
            var done = thinned.Where(run => run.Problem is null).ToList();
            context.Out.WriteLine($"{done.Count} traces thinned, {DisplayValue.FormatBytes(done.Sum(run => run.BytesBefore - run.BytesAfter))} freed");
            return 0;
        });
        return command;
    }

    static Command Scrub(CommandContext context)
    {
        var runs = new Argument<string[]>("runs") { Description = "Runs to scrub; default: all", Arity = ArgumentArity.ZeroOrMore };
        var command = new Command("scrub", "Replace passwords, keys and tokens in the recorded commands by ***. Figures stay. New runs are masked when they are recorded.") { runs };
        command.SetAction(parsed =>
        {
            var session = LedgerSession.Open(context);
            var named = parsed.GetValue(runs) ?? [];
            var ids = (named.Length > 0 ? named.Select(session.ResolveId)
                : session.Ledger.ListRuns(LedgerQuery.All with { WithFigures = true }).Select(run => run.Id)).ToList();
            using var progress = new ProgressCounter(context, "runs", ids.Count);
            var (done, changed, problems) = (0, 0, new List<LedgerProblem>());
            foreach (var id in ids)
            {
                try
                {
                    changed += session.Ledger.Scrub(id) ? 1 : 0;
                }
                catch (LedgerDamagedException error)
                {
                    problems.Add(error.Problem);
                }

                progress.Report(++done);
            }

            progress.Dispose();
            WriteProblems(context, problems);
            context.Out.WriteLine($"{done} runs read, secrets replaced in {changed}");
            return problems.Count == 0 ? 0 : CommandLine.Failure;
        });
        return command;
    }

    static Command Merge(CommandContext context)
    {
        var other = new Argument<string>("folder") { Description = "Folder of the other ledger" };
        var command = new Command("merge", "Copy the runs of another ledger into this one. Runs with the same id and different content are reported and skipped.") { other };
        command.SetAction(parsed =>
        {
            var outcome = LedgerSession.Open(context).Ledger.Merge(new LedgerHome(parsed.GetValue(other)!));
            WriteProblems(context, [.. outcome.Skipped, .. outcome.Conflicts]);
            context.Out.WriteLine($"{outcome.Added.Length} runs added, {outcome.Extended.Length} extended, {outcome.Same.Length} the same, {outcome.Skipped.Length} skipped, {outcome.Conflicts.Length} conflicts");
            if (outcome.ServiceRuns + outcome.Replies > 0)
                context.Out.WriteLine(
                    $"hours of {outcome.ServiceRuns} runs of services and {outcome.Replies} replies of coding agents added");
            return outcome.Conflicts.Length == 0 ? 0 : CommandLine.Failure;
        });
        return command;
    }

    static Command Import(CommandContext context) => new("import", "Import runs of another tool.") { CreateCodeCarbonImport(context) };

    /// <summary><c>import codecarbon FILE</c>, of <c>tonne ledger</c> and of <c>tonne</c>.</summary>
    internal static Command CreateCodeCarbonImport(CommandContext context)
    {
        var file = new Argument<string>("file") { Description = "emissions.csv as CodeCarbon writes it" };
        var order = CreateDateOrderOption();
        var codecarbon = new Command("codecarbon", "Import CodeCarbon's emissions.csv. Each row becomes a run with that tool's figures; a second import adds nothing.") { file, order };
        codecarbon.SetAction(parsed =>
        {
            var path = parsed.GetValue(file)!;
            if (!File.Exists(path))
                throw new InvalidInputException($"there is no file '{path}'.");
            var ledger = LedgerSession.Open(context).Ledger;
            var runs = CodeCarbonCsv.Import(path, context.Time.GetUtcNow(), ParseDateOrder(parsed.GetValue(order)));
            using var progress = new ProgressCounter(context, "rows", runs.Runs.Length);
            var outcome = ledger.Import(runs, progress.Report);
            progress.Dispose();
            WriteProblems(context, outcome.Problems);
            if (runs.CountPartsThatDoNotAdd(outcome) is > 0 and var count)
                context.Error.WriteLine($"tonne: in {count} of the rows added, cpu_energy, gpu_energy and ram_energy do not add up to energy_consumed. Energy and emissions are as stated; each run's warning says how its parts were split.");
            context.Out.WriteLine($"{outcome.Added.Length} runs added, {outcome.Known.Length} known already, {outcome.Problems.Length} rows skipped");
            return outcome.Added.Length + outcome.Known.Length > 0 || outcome.Problems.Length == 0 ? 0 : CommandLine.Failure;
        });
        return codecarbon;
    }

    static Command Export(CommandContext context)
    {
        var codecarbonFile = new Argument<string?>("file") { Description = "File to append to; default: standard output", Arity = ArgumentArity.ZeroOrOne };
        var codecarbon = new Command("codecarbon", "Export all runs as CSV with CodeCarbon's column names.") { codecarbonFile };
        codecarbon.SetAction(parsed =>
        {
            var session = LedgerSession.Open(context);
            if (parsed.GetValue(codecarbonFile) is not { } path)
            {
                CodeCarbonCsv.Export(Entries(session), context.Out);
                return 0;
            }

            var outcome = CodeCarbonCsv.Append(path, Entries(session));
            if (outcome.Note is { } note)
                context.Error.WriteLine("tonne: " + note);
            context.Out.WriteLine($"{outcome.Rows} runs written to {outcome.File}");
            return 0;
        });
        var jsonl = new Command("jsonl", "Export all runs with records and statements as JSON lines.");
        jsonl.SetAction(_ =>
        {
            JsonLines.Export(Entries(LedgerSession.Open(context)), context.Out);
            return 0;
        });
        return new Command("export", "Export the runs of the ledger.") { codecarbon, jsonl, ExportBoAmps(context) };
    }

    static Command ExportBoAmps(CommandContext context)
    {
        var folder = new Argument<string?>("folder") { Description = "Folder for one file per run; default: standard output, one line per run", Arity = ArgumentArity.ZeroOrOne };
        var command = new Command("boamps", "Export all runs as reports of the BoAmps data model (Boavizta, AFNOR), JSON.") { folder };
        command.SetAction(parsed =>
        {
            var target = parsed.GetValue(folder) is { } name ? Directory.CreateDirectory(Path.Combine(context.CurrentDirectory, name)).FullName : null;
            var (runs, incomplete, fields) = (0, 0, new SortedSet<string>(StringComparer.Ordinal));
            foreach (var entry in Entries(LedgerSession.Open(context)))
            {
                var report = BoAmpsReport.Create(entry.Record, entry.Account(), context.Time.GetUtcNow(), VersionCommand.Version);
                if (target is null)
                    context.Out.WriteLine(report.ToJson(indented: false));
                else
                    File.WriteAllText(Path.Combine(target, $"boamps-{entry.Record.Opening.Id}.json"), report.ToJson() + "\n");
                runs++;
                incomplete += report.MissingFields.IsEmpty ? 0 : 1;
                fields.UnionWith(report.MissingFields.Select(field => $"{field.Path} ({field.Remedy})"));
            }

            if (target is not null)
                context.Out.WriteLine($"{runs} reports written to {target}");
            if (incomplete > 0)
                context.Error.WriteLine($"tonne: {incomplete} of {runs} reports lack fields that BoAmps requires and the runs do not state: {string.Join("; ", fields)}. Add them to the files.");
            return 0;
        });
        return command;
    }

    static IEnumerable<Accounting.LedgerEntry> Entries(LedgerSession session) =>
        ((ILedgerReader)session.Ledger).LoadRuns();

    static void WriteProblems(CommandContext context, IReadOnlyList<LedgerProblem> problems)
    {
        foreach (var problem in problems)
            context.Error.WriteLine($"tonne: {problem}");
    }
}
