namespace Tonne.Recording;

/// <summary>What went wrong while a run was recorded. The run goes on in each case.</summary>
public enum RecorderProblemKind
{
    /// <summary>The sink could not begin the run: it is recorded in memory only.</summary>
    SinkUnavailable,

    /// <summary>The trace could not be stored to its end: the rest is in memory, and the record is made from both.</summary>
    TraceIncomplete,

    /// <summary>Record and statement could not be stored: the result is returned all the same.</summary>
    ResultNotStored,

    /// <summary>An observer threw: it is not called any more.</summary>
    ObserverFailed,
}
