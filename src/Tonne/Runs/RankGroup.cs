namespace Tonne.Runs;

/// <summary>Says that a run has the ranks of a distributed job that run on one node, in one trace.</summary>
/// <param name="Key">
/// What the ranks have in common: the key of the job, its step and the meeting point of its processes. Equal on all nodes of the job.
/// </param>
/// <param name="Size">Ranks of the job on all nodes; null if unknown.</param>
public sealed record RankGroup(string Key, int? Size);
