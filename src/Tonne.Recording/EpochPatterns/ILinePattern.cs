using Tonne.Recording.Attribution;

namespace Tonne.Recording.EpochPatterns;

/// <summary>Recognises the lines in which one framework, or a user's program, reports epochs.</summary>
interface ILinePattern
{
    /// <summary>Reads one line without colour codes.</summary>
    /// <param name="line">The line.</param>
    /// <param name="open">Whether an epoch has begun, so that a line without a number may belong to it.</param>
    /// <param name="metrics">Receives the metrics; empty before.</param>
    EpochMatch Match(string line, bool open, MetricValues metrics);

    /// <summary>Whether a line can match only if it has the word epoch.</summary>
    /// <param name="open">Whether an epoch has begun.</param>
    bool NeedsEpochWord(bool open) => false;
}
