using Tonne.Lab.Training;
using Tonne.Runs;

namespace Tonne.Lab.Pipelines;

/// <summary>Hears what the pipeline does, to mark it in a run and to show progress.</summary>
public interface IPipelineListener
{
    /// <summary>A stage begins, and the one before it ends. Said again for the same stage once its shapes are counted.</summary>
    /// <param name="name">collect, clean, featurize, train.</param>
    /// <param name="dataIn">Rows × columns that go in; null while not counted.</param>
    /// <param name="dataOut">Rows × columns that come out; null while not counted.</param>
    void BeginStage(string name, DataShape? dataIn, DataShape? dataOut);

    /// <summary>The stage has ended and none follows.</summary>
    void EndStage(string name);

    /// <summary>An epoch has ended.</summary>
    void EndEpoch(EpochResult epoch);

    /// <summary>How far a stage has come, now and then.</summary>
    /// <param name="stage">The stage.</param>
    /// <param name="rows">Rows so far.</param>
    void ReportProgress(string stage, long rows);

    /// <summary>A message for the reader, one line.</summary>
    void ReportMessage(string text);
}
