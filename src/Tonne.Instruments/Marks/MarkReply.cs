namespace Tonne.Instruments.Marks;

/// <summary>What became of a mark that was sent.</summary>
/// <param name="Fate">In short.</param>
/// <param name="Message">In words, for the user; empty if it was taken.</param>
public sealed record MarkReply(MarkFate Fate, string Message);
