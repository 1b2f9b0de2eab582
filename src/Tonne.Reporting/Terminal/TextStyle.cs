namespace Tonne.Reporting.Terminal;

/// <summary>The meaning of a piece of text on a screen; it decides the colour.</summary>
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
