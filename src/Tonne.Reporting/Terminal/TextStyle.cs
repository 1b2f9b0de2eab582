namespace Tonne.Reporting.Terminal;

/// <summary>What a piece of text means on a screen; the colour follows.</summary>
enum TextStyle
{
    Plain,
    Strong,
    Faint,
    Measured,
    Modelled,
    Assumed,
    Warning,
    Bar,
}
