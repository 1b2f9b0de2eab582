using Tonne.Lab.Training;
using Tonne.Runs;

namespace Tonne.Lab.Pipelines;

/// <summary>Receives the progress of the pipeline, to mark it in a run and to show it.</summary>
public interface IPipelineListener
{
    /// <summary>A stage begins, and the one before it ends. Called again for the same stage when its shapes are known.</summary>
    /// <param name="name">collect, clean, featurize, train.</param>
    /// <param name="dataIn">Rows × columns of the input; null while unknown.</param>
    /// <param name="dataOut">Rows × columns of the output; null while unknown.</param>
    void BeginStage(string name, DataShape? dataIn, DataShape? dataOut);

    /// <summary>The stage has ended, and no other follows yet.</summary>
    void EndStage(string name);

    /// <summary>An epoch has ended.</summary>
    void EndEpoch(EpochResult epoch);

    /// <summary>Progress of a stage, called from time to time.</summary>
    /// <param name="stage">The stage.</param>
    /// <param name="rows">Rows so far.</param>
    void ReportProgress(string stage, long rows);

    /// <summary>A message for the user, one line.</summary>
    void ReportMessage(string text);
}
