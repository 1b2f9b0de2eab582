namespace Tonne.Cli.Tests;

/// <summary>Tests that count the CPU time of this process's children: they run after all others, one at a time.</summary>
[CollectionDefinition(nameof(Alone), DisableParallelization = true)]
public class Alone;
