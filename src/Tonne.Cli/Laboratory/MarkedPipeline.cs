using System.Globalization;
using Tonne.Formatting;
using Tonne.Instruments.Marks;
using Tonne.Lab.Pipelines;
using Tonne.Lab.Training;
using Tonne.Recording.Marks;
using Tonne.Runs;

namespace Tonne.Cli.Laboratory;

/// <summary>Tells a pipeline's stages and epochs to the run it is in, and its progress to the reader.</summary>
sealed class MarkedPipeline(Surroundings around) : IPipelineListener
{
    static readonly TimeSpan _patience = TimeSpan.FromSeconds(2);

    readonly string? _run = around.Variable(MarkAddress.Variable);
    bool _passing;

    public void Stage(string name, DataShape? dataIn, DataShape? dataOut) =>
        Send(new Mark(MarkKind.Stage, 0, name, DataIn: dataIn, DataOut: dataOut));

    public void StageEnded(string name) => Send(new Mark(MarkKind.StageEnd, 0, name));

    public void Epoch(EpochResult epoch)
    {
        var metrics = new Dictionary<string, double>(StringComparer.Ordinal) { ["loss"] = epoch.Loss, ["accuracy"] = epoch.Accuracy };
        if (epoch.Validation is { } validation)
            (metrics["validation_loss"], metrics["validation_accuracy"]) = (validation.Loss, validation.Accuracy);
        Send(new Mark(MarkKind.Epoch, 0, Number: epoch.Number, Metrics: metrics));
        Say(string.Create(CultureInfo.InvariantCulture,
            $"epoch {epoch.Number,2}  loss {epoch.Loss:0.0000}  accuracy {epoch.Accuracy:0.0000}{(epoch.Validation is { } seen ? $"  validation loss {seen.Loss:0.0000}  accuracy {seen.Accuracy:0.0000}" : "")}  {epoch.Duration.TotalSeconds:0.0} s"));
    }

    /// <summary>Why the work could not be done, as a note of the run.</summary>
    public void Failed(string reason) => Send(new Mark(MarkKind.Note, 0, reason));

    public void Progress(string stage, long rows)
    {
        if (!around.OutTerminal)
            return;
        _passing = true;
        around.Out.Write($"\r{stage} {Readout.Count(rows)} rows\e[K");
        around.Out.Flush();
    }

    public void Say(string text)
    {
        if (_passing)
            around.Out.Write("\r\e[K");
        _passing = false;
        around.Out.WriteLine(text);
        around.Out.Flush();
    }

    void Send(Mark mark)
    {
        if (!string.IsNullOrEmpty(_run))
            MarkClient.Send(_run, MarkLine.Format(mark), _patience);
    }
}
