namespace Tonne.Quantities;

/// <summary>Something that makes a figure less certain than its bounds show, printed beside it.</summary>
/// <param name="Code">Stable code, for example <c>descendants-alive</c>. Programs compare codes, never texts.</param>
/// <param name="Text">What happened, in a sentence, with the numbers.</param>
/// <param name="Remedy">What the user can do, in a short sentence with the command or the setting; null if there is nothing to do.</param>
public sealed record Warning(string Code, string Text, string? Remedy = null);
