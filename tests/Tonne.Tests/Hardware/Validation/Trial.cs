namespace Tonne.Tests.Hardware.Validation;

/// <summary>A published figure and the interval that was predicted without it.</summary>
/// <param name="Case">Which machine.</param>
/// <param name="Low">2.5 %.</param>
/// <param name="Best">Best.</param>
/// <param name="High">97.5 %.</param>
/// <param name="Published">What was published.</param>
sealed record Trial(string Case, double Low, double Best, double High, double Published)
{
    public bool Holds => Low <= Published && Published <= High;

    public double Width => High / Low;
}
