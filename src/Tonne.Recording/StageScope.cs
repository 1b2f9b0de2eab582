using Tonne.Runs;

namespace Tonne.Recording;

/// <summary>A stage that has begun: dispose it to end the stage.</summary>
public sealed class StageScope : IDisposable
{
    readonly RecordedRun _run;
    DataShape? _dataOut;

    internal StageScope(RecordedRun run, string name) => (_run, Name) = (run, name);

    /// <summary>Name of the stage.</summary>
    public string Name { get; }

    /// <summary>Reports the shape of the data that the stage gives out.</summary>
    /// <param name="rows">Rows, not negative.</param>
    /// <param name="columns">Columns, not negative.</param>
    public void ReportOutput(long rows, long columns) => _dataOut = RecordedRun.CreateShape(rows, columns);

    /// <summary>Ends the stage, unless another one has ended it. Called again it does nothing.</summary>
    public void Dispose() => _run.EndStage(this, _dataOut);
}
