namespace Tonne.Trials;

/// <summary>Trials that want the machine to themselves: they run after all others, one at a time.</summary>
[CollectionDefinition(nameof(Alone), DisableParallelization = true)]
public class Alone;
