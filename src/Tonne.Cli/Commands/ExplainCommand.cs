using System.CommandLine;
using System.Text.Json;
using Tonne.Cli.Terminal;
using Tonne.Formatting;
using Tonne.Reporting.Explaining;
using Tonne.Reporting.Json;
using Tonne.Reporting.Terminal;
using Tonne.Runs;

namespace Tonne.Cli.Commands;

/// <summary><c>tonne explain RUN [FIGURE]</c>: the derivation of a figure as a tree, down to each cited factor.</summary>
static class ExplainCommand
{
    public static Command Build(CommandContext context)
    {
        var run = ShowCommand.CreateRunArgument();
        var figure = new Argument<string?>("figure")
        {
            Description = "emissions (default), energy, embodied, operational, facility, machine, water, stages.NAME.energy_kwh, epochs.N.emissions_kg …; meters: the energy that each meter read",
            Arity = ArgumentArity.ZeroOrOne,
        };
        var json = new Option<bool>("--json") { Description = "One JSON document (schema tonne.explain/1), with the derivation as a tree" };
        var command = new Command("explain", "Show how a figure was computed. The derivation is a tree; each factor has its value, bounds, year and source, and the one that matters most comes first.") { run, figure, json };
        command.SetAction(parsed =>
        {
            var session = LedgerSession.Open(context);
            var entry = session.Load(parsed.GetValue(run)!);
            if (parsed.GetValue(figure) == "meters")
            {
                WriteMeters(context, entry.Record, parsed.GetValue(json));
                return 0;
            }

            var footprint = entry.Account();
            var explanation = Explanation.Create(FigureIndex.Find(footprint, parsed.GetValue(figure) ?? "emissions_kg.total").ValueOrThrow);
            if (parsed.GetValue(json))
                context.Out.WriteLine(JsonSerializer.Serialize(ExplanationDocument.From(entry.Record, footprint, explanation), ReportJson.Readable.ExplanationDocument));
            else
                explanation.Write(context.Out, session.Capabilities);
            return 0;
        });
        return command;
    }

    static void WriteMeters(CommandContext context, RunRecord record, bool asJson)
    {
        var rows = MeterTable.CreateRows(record);
        if (asJson)
        {
            context.Out.WriteLine(JsonText.Build(writer =>
            {
                writer.WriteString("schema", "tonne.meters/1");
                writer.WriteString("id", record.Opening.Id);
                writer.WriteStartArray("meters");
                foreach (var row in rows)
                {
                    writer.WriteStartObject();
                    writer.WriteString("id", row.Meter.Id);
                    if (row.Count is { } count)
                    {
                        writer.WriteNumber("counted_j", count.Joules);
                        writer.WriteNumber("seconds", count.Seconds);
                    }

                    writer.WriteString("use", row.Use);
                    writer.WriteString("note", row.Meter.Note);
                    writer.WriteEndObject();
                }

                writer.WriteEndArray();
            }));
            return;
        }

        if (rows.Count == 0)
        {
            context.Out.WriteLine("This run had no energy meter: its energy is modelled ('tonne explain RUN energy' shows how, 'tonne doctor' which meters are missing).");
            return;
        }

        var table = new TextTable("METER", "COUNTED", "MEAN", "USE", "NOTE") { RightAligned = new HashSet<int> { 1, 2 }, FlexibleColumn = 4 };
        foreach (var row in rows)
        {
            table.Add(row.Meter.Id, row.Count is { } count ? DisplayValue.Format(count.Joules, "J") : "nothing", row.Count is { Seconds: > 0 } counted ? DisplayValue.Format(counted.Joules / counted.Seconds, "W") : "",
                row.Use, row.Meter.Note ?? "");
        }

        table.Write(context.Out, context.IsOutTerminal ? context.Width : null);
    }
}
