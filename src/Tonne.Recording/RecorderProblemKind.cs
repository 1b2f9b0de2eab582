namespace Tonne.Recording;

/// <summary>The kind of a problem while a run was recorded. The run continues in each case.</summary>
public enum RecorderProblemKind
{
    /// <summary>The sink could not begin the run: it is recorded in memory only.</summary>
    SinkUnavailable,

    /// <summary>The trace could not be stored completely: its end is in memory, and the record is built from both.</summary>
    TraceIncomplete,

    /// <summary>Record and statement could not be stored: the result is returned all the same.</summary>
    ResultNotStored,

    /// <summary>An observer threw: it is not called any more.</summary>
    ObserverFailed,
}
