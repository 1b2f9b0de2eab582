namespace Tonne.Instruments.Marks;

/// <summary>The reply to a mark.</summary>
/// <param name="Status">In short.</param>
/// <param name="Message">In words, for the user; empty if it was taken.</param>
public sealed record MarkReply(MarkStatus Status, string Message);
