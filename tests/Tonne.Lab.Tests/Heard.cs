using Tonne.Lab.Pipelines;
using Tonne.Lab.Training;
using Tonne.Runs;

namespace Tonne.Lab.Tests;

/// <summary>Writes down what a pipeline tells.</summary>
sealed class Heard : IPipelineListener
{
    internal List<string> Stages { get; } = [];

    internal List<string> Lines { get; } = [];

    public void Stage(string name, DataShape? dataIn, DataShape? dataOut) => Stages.Add(name);

    public void StageEnded(string name)
    {
    }

    public void Epoch(EpochResult epoch)
    {
    }

    public void Progress(string stage, long rows)
    {
    }

    public void Say(string text) => Lines.Add(text);
}
