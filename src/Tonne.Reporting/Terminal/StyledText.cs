using Tonne.Quantities;

namespace Tonne.Reporting.Terminal;

/// <summary>A piece of text and its style.</summary>
readonly record struct StyledText(string Text, TextStyle Style)
{
    public static implicit operator StyledText(string text) => new(text, TextStyle.Plain);

    public static StyledText Strong(string text) => new(text, TextStyle.Strong);

    public static StyledText Faint(string text) => new(text, TextStyle.Faint);

    public static StyledText FromQuality(Quality quality) => new(EnumWords.Format(quality), quality switch
    {
        Quality.Measured => TextStyle.Measured,
        Quality.Modelled => TextStyle.Modelled,
        _ => TextStyle.Assumed,
    });
}
