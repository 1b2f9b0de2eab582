namespace Tonne.Reporting.BoAmps;

/// <summary>A field that the BoAmps schema requires and a run does not state.</summary>
/// <param name="Path">The field, for example <c>task.taskFamily</c>.</param>
/// <param name="Remedy">How the next run states it.</param>
public sealed record BoAmpsMissingField(string Path, string Remedy);
