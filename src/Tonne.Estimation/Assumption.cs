namespace Tonne.Estimation;

/// <summary>Something an estimate chose or assumed because it was not given.</summary>
/// <param name="Topic">Topic of the assumption. Programs compare topics, never texts.</param>
/// <param name="Text">The assumption, in a sentence.</param>
public sealed record Assumption(AssumptionTopic Topic, string Text)
{
    /// <summary>An assumption about the work and the hardware.</summary>
    public static implicit operator Assumption(string text) => FromText(text);

    /// <summary>An assumption about the work and the hardware.</summary>
    public static Assumption FromText(string text) => new(AssumptionTopic.Work, text);
}
