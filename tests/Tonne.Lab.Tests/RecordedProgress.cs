using Tonne.Lab.Pipelines;
using Tonne.Lab.Training;
using Tonne.Runs;

namespace Tonne.Lab.Tests;

/// <summary>Records what a pipeline reports.</summary>
sealed class RecordedProgress : IPipelineListener
{
    internal List<string> Stages { get; } = [];

    internal List<string> Lines { get; } = [];

    public void BeginStage(string name, DataShape? dataIn, DataShape? dataOut) => Stages.Add(name);

    public void EndStage(string name)
    {
    }

    public void EndEpoch(EpochResult epoch)
    {
    }

    public void ReportProgress(string stage, long rows)
    {
    }

    public void ReportMessage(string text) => Lines.Add(text);
}
