using System.CommandLine;
using System.Globalization;
using Tonne.Instruments.Marks;
using Tonne.Recording.Marks;
using Tonne.Runs;

namespace Tonne.Cli.Commands;

/// <summary><c>tonne mark …</c>: reports a stage, an epoch or a note to the run it is called in.</summary>
static class MarkCommand
{
    public static Command Build(CommandContext context)
    {
        var stageName = new Argument<string>("name") { Description = "Name of the stage" };
        var dataIn = new Option<string>("--in") { Description = "Shape of its input data", HelpName = "ROWSxCOLS" };
        var dataOut = new Option<string>("--out") { Description = "Shape of its output data", HelpName = "ROWSxCOLS" };
        var end = new Option<bool>("--end") { Description = "End the stage; what follows is outside any stage" };
        var stage = new Command("stage", "Begin a stage and end the open one. The same name again adds shapes.") { stageName, dataIn, dataOut, end };
        stage.SetAction(parsed => Send(context, new Mark(
            parsed.GetValue(end) ? MarkKind.StageEnd : MarkKind.Stage, 0, parsed.GetValue(stageName),
            DataIn: Shape("--in", parsed.GetValue(dataIn)), DataOut: Shape("--out", parsed.GetValue(dataOut)))));

        var number = new Argument<string>("number") { Description = "Number of the epoch that has ended" };
        var metrics = new Argument<string[]>("metrics") { Description = "Metrics of the epoch: loss=0.7 accuracy=0.72", Arity = ArgumentArity.ZeroOrMore };
        var begin = new Option<bool>("--begin") { Description = "Begin the epoch instead" };
        var epoch = new Command("epoch", "End an epoch, with its metrics.") { number, metrics, begin };
        epoch.SetAction(parsed => Send(context, new Mark(
            parsed.GetValue(begin) ? MarkKind.EpochBegin : MarkKind.Epoch, 0, Number: EpochNumber(parsed.GetValue(number)!), Metrics: Metrics(parsed.GetValue(metrics) ?? []))));

        var text = new Argument<string[]>("text") { Description = "Text of the note", Arity = ArgumentArity.OneOrMore };
        var note = new Command("note", "Add a note to the run.") { text };
        note.SetAction(parsed => Send(context, new Mark(MarkKind.Note, 0, string.Join(' ', parsed.GetValue(text) ?? []))));

        return new Command("mark", "Mark a stage, an epoch or a note from inside a run. It works from any language.") { stage, epoch, note };
    }

    static int Send(CommandContext context, Mark mark)
    {
        var reply = MarkClient.Send(context.GetVariable(MarkAddress.EnvironmentVariable), MarkLine.Format(mark), TimeSpan.FromSeconds(2));
        if (reply.Status == MarkStatus.Accepted)
            return 0;
        context.Error.WriteLine("tonne: " + reply.Message);
        return reply.Status is MarkStatus.Rejected or MarkStatus.NoRun ? CommandLine.UsageError : CommandLine.Failure;
    }

    static int EpochNumber(string text) => int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? number
        : throw new InvalidInputException($"'{text}' is not the number of an epoch; write for example: tonne mark epoch 3 loss=0.7");

    static DataShape? Shape(string option, string? text) => text is null ? null
        : DataShape.TryParse(text, out var shape) ? shape
        : throw new InvalidInputException($"{option} '{text}' is not a shape; write ROWSxCOLS, for example 1000000x10.");

    static Dictionary<string, double> Metrics(string[] texts)
    {
        var metrics = new Dictionary<string, double>(StringComparer.Ordinal);
        foreach (var text in texts)
        {
            var parts = text.Split('=', 2);
            if (parts.Length != 2 || parts[0].Length == 0 || !double.TryParse(parts[1], NumberStyles.Float, CultureInfo.InvariantCulture, out var value))
                throw new InvalidInputException($"'{text}' is not a metric; write NAME=NUMBER, for example loss=0.7.");
            metrics[parts[0]] = value;
        }

        return metrics;
    }
}
