using System.Collections.Immutable;

namespace Tonne.Cli.Benching;

/// <summary>One completed round.</summary>
/// <param name="Order">Indices of the commands in the order in which they ran.</param>
/// <param name="Runs">The runs, one of each command, in the order of the commands.</param>
sealed record BenchRound(ImmutableArray<int> Order, ImmutableArray<BenchedRun> Runs);
