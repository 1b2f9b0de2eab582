namespace Tonne.Cli.Running;

/// <summary>How the ranks of a run agree that their commands are to be stopped.</summary>
/// <param name="Read">Why they are to be stopped; null if they are not.</param>
/// <param name="Publish">Says to all why.</param>
sealed record SharedStop(Func<string?> Read, Action<string> Publish);
