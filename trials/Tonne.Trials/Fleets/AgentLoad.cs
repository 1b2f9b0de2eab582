namespace Tonne.Trials.Fleets;

/// <summary>A fleet of agents.</summary>
/// <param name="Nodes">Agents in one process.</param>
/// <param name="Processes">Agents in processes of their own.</param>
/// <param name="Meters">Meters of a node.</param>
/// <param name="Period">Time between samples, as the setting has it.</param>
/// <param name="PushEvery">Time between pushes.</param>
/// <param name="JobsPerMinute">Jobs that begin in a minute on all nodes.</param>
/// <param name="Spread">Time in which the nodes start.</param>
sealed record AgentLoad(
    int Nodes, int Processes, int Meters, string Period, TimeSpan PushEvery, double JobsPerMinute, TimeSpan Spread);
