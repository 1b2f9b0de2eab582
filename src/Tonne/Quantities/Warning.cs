namespace Tonne.Quantities;

/// <summary>Something that makes a figure less sure than its bounds say, printed beside it.</summary>
/// <param name="Code">Stable code, for example <c>descendants-alive</c>.</param>
/// <param name="Text">What happened, in a sentence, with the numbers.</param>
public sealed record Warning(string Code, string Text);
