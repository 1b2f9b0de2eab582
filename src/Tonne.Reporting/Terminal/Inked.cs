using Tonne.Quantities;

namespace Tonne.Reporting.Terminal;

/// <summary>A piece of text and its ink.</summary>
readonly record struct Inked(string Text, Ink Ink)
{
    public static implicit operator Inked(string text) => new(text, Ink.Plain);

    public static Inked Strong(string text) => new(text, Ink.Strong);

    public static Inked Faint(string text) => new(text, Ink.Faint);

    public static Inked Of(Quality quality) => new(quality.ToString().ToLowerInvariant(), quality switch
    {
        Quality.Measured => Ink.Measured,
        Quality.Modelled => Ink.Modelled,
        _ => Ink.Assumed,
    });
}
