using System.CommandLine;
using System.Text.Json;
using Tonne.Explaining;
using Tonne.Reports;

namespace Tonne.Cli.Commands;

/// <summary><c>tonne explain RUN [FIGURE]</c>: a figure's derivation as a tree, down to each cited factor.</summary>
static class ExplainCommand
{
    public static Command Build(Surroundings around)
    {
        var run = ShowCommand.Run();
        var figure = new Argument<string?>("figure")
        {
            Description = "emissions (default), energy, embodied, operational, facility, machine, water, stages.NAME.energy_kwh, epochs.N.emissions_kg …",
            Arity = ArgumentArity.ZeroOrOne,
        };
        var json = new Option<bool>("--json") { Description = "One JSON document (schema tonne.explain/1), with the derivation as a tree" };
        var command = new Command("explain", "Explain a figure: its derivation as a tree, each factor with value, bounds, year and source, and which one matters most.") { run, figure, json };
        command.SetAction(parsed =>
        {
            var desk = LedgerDesk.Open(around);
            var entry = desk.Load(parsed.GetValue(run)!);
            var footprint = entry.Account();
            var explanation = Explanation.Of(FigureIndex.Find(footprint, parsed.GetValue(figure) ?? "emissions_kg.total").Required);
            if (parsed.GetValue(json))
                around.Out.WriteLine(JsonSerializer.Serialize(ExplanationDocument.Of(entry.Record, footprint, explanation), ReportJson.Readable.ExplanationDocument));
            else
                explanation.Write(around.Out, desk.Screen);
            return 0;
        });
        return command;
    }
}
