using System.Globalization;
using Tonne.Formatting;
using Tonne.Instruments.Marks;
using Tonne.Lab.Pipelines;
using Tonne.Lab.Training;
using Tonne.Recording.Marks;
using Tonne.Runs;

namespace Tonne.Cli.LabRuns;

/// <summary>Sends a pipeline's stages and epochs to the run it is in, and prints its progress.</summary>
sealed class PipelineMarkSender(CommandContext context) : IPipelineListener
{
    static readonly TimeSpan _sendTimeout = TimeSpan.FromSeconds(2);

    readonly string? _run = context.GetVariable(MarkAddress.EnvironmentVariable);
    bool _passing;

    public void BeginStage(string name, DataShape? dataIn, DataShape? dataOut) =>
        Send(new Mark(MarkKind.Stage, 0, name, DataIn: dataIn, DataOut: dataOut));

    public void EndStage(string name) => Send(new Mark(MarkKind.StageEnd, 0, name));

    public void EndEpoch(EpochResult epoch)
    {
        var metrics = new Dictionary<string, double>(StringComparer.Ordinal) { ["loss"] = epoch.Loss, ["accuracy"] = epoch.Accuracy };
        if (epoch.Validation is { } validation)
            (metrics["validation_loss"], metrics["validation_accuracy"]) = (validation.Loss, validation.Accuracy);
        Send(new Mark(MarkKind.Epoch, 0, Number: epoch.Number, Metrics: metrics));
        ReportMessage(string.Create(CultureInfo.InvariantCulture,
            $"epoch {epoch.Number,2}  loss {epoch.Loss:0.0000}  accuracy {epoch.Accuracy:0.0000}{(epoch.Validation is { } seen ? $"  validation loss {seen.Loss:0.0000}  accuracy {seen.Accuracy:0.0000}" : "")}  {epoch.Duration.TotalSeconds:0.0} s"));
    }

    /// <summary>Adds the reason of a failure to the run as a note.</summary>
    public void SendFailure(string reason) => Send(new Mark(MarkKind.Note, 0, reason));

    public void ReportProgress(string stage, long rows)
    {
        if (!context.IsOutTerminal)
            return;
        _passing = true;
        context.Out.Write($"\r{stage} {DisplayValue.FormatCount(rows)} rows\e[K");
        context.Out.Flush();
    }

    public void ReportMessage(string text)
    {
        if (_passing)
            context.Out.Write("\r\e[K");
        _passing = false;
        context.Out.WriteLine(text);
        context.Out.Flush();
    }

    void Send(Mark mark)
    {
        if (!string.IsNullOrEmpty(_run))
            MarkClient.Send(_run, MarkLine.Format(mark), _sendTimeout);
    }
}
