namespace Tonne.Recording;

/// <summary>A problem while a run was recorded that did not stop the run.</summary>
/// <param name="Kind">Kind of problem.</param>
/// <param name="Error">The error of the sink or of the observer.</param>
public sealed record RecorderProblem(RecorderProblemKind Kind, Exception Error);
