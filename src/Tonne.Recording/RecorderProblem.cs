namespace Tonne.Recording;

/// <summary>Something that went wrong while a run was recorded, and did not stop it.</summary>
/// <param name="Kind">What it means for the run.</param>
/// <param name="Error">The error of the sink or of the observer.</param>
public sealed record RecorderProblem(RecorderProblemKind Kind, Exception Error);
