using System.CommandLine;
using System.Globalization;
using Tonne.Accounting;
using Tonne.Cli.Terminal;
using Tonne.Quantities;
using Tonne.Reporting.Terminal;
using Tonne.Stopping;

namespace Tonne.Cli.Commands;

/// <summary><c>tonne lab stop</c>: what each epoch of a run gained for its energy, and after which epoch to stop.</summary>
static class LabStopCommand
{
    public static Command Build(CommandContext context)
    {
        var run = new Argument<string>("run") { Description = "A run with epochs: id, unique prefix, name, or 'last'; default: last", Arity = ArgumentArity.ZeroOrOne, DefaultValueFactory = _ => "last" };
        var gain = new Option<string>("--gain") { Description = "Least gain per kWh, in points; default: a tenth of the mean", HelpName = "N" };
        var json = new Option<bool>("--json") { Description = "One JSON document (schema tonne.stop/1)" };
        var command = new Command("stop", "Show after which epoch a run should have stopped. Each epoch has its gain per kWh.") { run, gain, json };
        command.SetAction(parsed =>
        {
            var session = LedgerSession.Open(context);
            var entry = session.Load(parsed.GetValue(run)!);
            var footprint = entry.Account();
            var advice = StoppingAdvice.FromRun(entry.Record, footprint);
            double? wanted = advice is not null && parsed.GetValue(gain) is { } text ? ParseTarget(text) / (advice.IsShare ? 100 : 1) : null;
            if (wanted is not null)
                advice = StoppingAdvice.FromRun(entry.Record, footprint, wanted);
            if (advice is null && entry.Record.Epochs.Any(epoch => epoch.IsLate))
                throw new InvalidInputException($"{entry.Record.Opening.Id}: the energy of its epochs is unknown, because its output came from a buffer. Record it again with python -u, or PYTHONUNBUFFERED=1.");
            if (advice is null)
                throw new InvalidInputException($"{entry.Record.Opening.Id} has no epochs with accuracy, F1, loss or perplexity. To make a run that has: tonne lab run");
            var each = StoppingAdvice.FromEachSeries(entry.Record, footprint, wanted);
            if (parsed.GetValue(json))
            {
                WriteJson(context, entry, footprint, advice, each);
                return 0;
            }

            foreach (var (i, series) in each.Index())
            {
                if (each.Count > 1)
                    context.Out.WriteLine(FormattableString.Invariant($"{(i == 0 ? "" : "\n")}Series {i + 1} of {each.Count}, epochs {series.Steps[0].Epoch} to {series.Steps[^1].Epoch}:"));
                StoppingTable.Write(context.Out, series, session.Capabilities);
            }

            return 0;
        });
        return command;
    }

    static double ParseTarget(string text) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var wanted) && wanted >= 0 && double.IsFinite(wanted) ? wanted
        : throw new InvalidInputException($"--gain '{text}' is not a number of 0 or more.");

    static void WriteJson(CommandContext context, LedgerEntry entry, Footprint footprint, StoppingAdvice advice, IReadOnlyList<StoppingAdvice> each) => context.Out.WriteLine(JsonText.Build(writer =>
    {
        writer.WriteString("schema", "tonne.stop/1");
        writer.WriteString("id", entry.Record.Opening.Id);
        writer.WriteString("metric", advice.Metric);
        writer.WriteNumber("wanted_per_kwh", advice.TargetPerKilowattHour);
        writer.WriteNumber("stop_after_epoch", advice.Stop.Epoch);
        writer.WriteNumber("epochs_after", advice.EpochsAfter);
        writer.WriteNumber("gain_after", advice.GainAfter);
        writer.WriteQuantity("energy_after_kwh", ScaleFigure(footprint.Energy, advice.EnergyAfter.KilowattHours));
        writer.WriteQuantity("emissions_after_kg", ScaleFigure(footprint.Operational, advice.EmissionsAfter.Kilograms));
        writer.WriteStartArray("epochs");
        foreach (var step in advice.Steps)
        {
            writer.WriteStartObject();
            writer.WriteNumber("epoch", step.Epoch);
            writer.WriteKnown("value", step.Value);
            writer.WriteKnown("best", step.Best);
            writer.WriteKnown("gain", step.Gain);
            writer.WriteQuantity("energy_kwh", ScaleFigure(footprint.Energy, step.Energy.KilowattHours));
            writer.WriteQuantity("emissions_kg", ScaleFigure(footprint.Operational, step.Emissions.Kilograms));
            writer.WriteKnown("gain_per_kwh", step.GainPerKilowattHour);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteStartArray("series");
        foreach (var series in each)
        {
            writer.WriteStartObject();
            writer.WriteString("metric", series.Metric);
            writer.WriteNumber("first_epoch", series.Steps[0].Epoch);
            writer.WriteNumber("last_epoch", series.Steps[^1].Epoch);
            writer.WriteBoolean("resumed", series.IsResumed);
            writer.WriteNumber("stop_after_epoch", series.Stop.Epoch);
            writer.WriteNumber("epochs_after", series.EpochsAfter);
            writer.WriteNumber("gain_after", series.GainAfter);
            writer.WriteQuantity("energy_after_kwh", ScaleFigure(footprint.Energy, series.EnergyAfter.KilowattHours));
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }));

    /// <summary>A part of a run's figure, with the relative uncertainty of the whole: they have their factors in common.</summary>
    static Figure ScaleFigure(Figure whole, double value) =>
        whole with { Bounds = whole.Value > 0 ? whole.Bounds * (value / whole.Value) : Bounds.FromExact(value) };
}
