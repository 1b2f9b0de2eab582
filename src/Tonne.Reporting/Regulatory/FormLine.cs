namespace Tonne.Reporting.Regulatory;

/// <summary>A line of a form.</summary>
/// <param name="Section">The form's section; empty for information that the form does not ask for.</param>
/// <param name="Item">The item of the form.</param>
/// <param name="Answer">The answer; null if it is not known, which <paramref name="Why"/> explains.</param>
/// <param name="Why">Origin of the answer, or why it is missing and how to provide it.</param>
/// <param name="Audience">Who receives it; empty for information that the form does not ask for.</param>
public sealed record FormLine(string Section, string Item, string? Answer, string Why, string Audience = "");
