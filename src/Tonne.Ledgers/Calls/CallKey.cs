namespace Tonne.Ledgers.Calls;

/// <summary>What calls of one row have in common. Texts keep 200 characters; control characters become spaces.</summary>
public sealed record CallKey
{
    const int MaxLength = 200;

    /// <summary>Start of the hour, UTC, in which the calls ended.</summary>
    public required DateTimeOffset Hour
    {
        get;
        init => field = new DateTimeOffset(value.UtcDateTime.Date.AddHours(value.UtcDateTime.Hour), TimeSpan.Zero);
    }

    /// <summary>The program that called, as in OpenTelemetry's <c>service.name</c>; empty if unknown.</summary>
    public string Service { get; init => field = Clean(value); } = "";

    /// <summary>The provider, as in <c>gen_ai.provider.name</c>: <c>openai</c>, <c>anthropic</c>; empty if unknown.</summary>
    public string Provider { get; init => field = Clean(value); } = "";

    /// <summary>The operation, as in <c>gen_ai.operation.name</c>: <c>chat</c> or <c>embeddings</c>; empty if unknown.</summary>
    public string Operation { get; init => field = Clean(value); } = "";

    /// <summary>The model that was asked for; empty if unknown.</summary>
    public string Model { get; init => field = Clean(value); } = "";

    /// <summary>The model that answered, as the provider reports it; empty if unknown.</summary>
    public string AnsweredModel { get; init => field = Clean(value); } = "";

    /// <summary>The project that the calls were made for, as a coding agent's log names its folder; empty if unknown.</summary>
    public string Project { get; init => field = Clean(value); } = "";

    /// <summary>How the energy is known: <c>estimated/METHOD</c>, <c>measured/METHOD</c>, or empty for calls without a figure.</summary>
    public string Method { get; init => field = Clean(value); } = "";

    /// <summary>Boundary of the emissions, in words; empty for calls without a figure.</summary>
    public string Boundary { get; init => field = Clean(value); } = "";

    /// <summary>Carbon intensity of the grid, g CO2e/kWh, not negative; null for calls without a figure.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is negative or not finite.</exception>
    public double? IntensityGramsPerKwh { get; init => field = Check(value, 0, nameof(IntensityGramsPerKwh)); }

    /// <summary>Power usage effectiveness, at least 1; null for calls without a figure.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is below 1 or not finite.</exception>
    public double? Pue { get; init => field = Check(value, 1, nameof(Pue)); }

    /// <summary>Whether the energy was measured on this machine; otherwise it is an estimate, or unknown.</summary>
    public bool IsMeasured => Method.StartsWith("measured/", StringComparison.Ordinal);

    static double? Check(double? value, double least, string name) =>
        value is not { } number || (number >= least && double.IsFinite(number)) ? value
        : throw new ArgumentOutOfRangeException(name, value, $"It must be a number of at least {least}.");

    static string Clean(string? text)
    {
        if (text is null)
            return "";
        var kept = text.Length > MaxLength ? text[..(char.IsHighSurrogate(text[MaxLength - 1]) ? MaxLength - 1 : MaxLength)] : text;
        return kept.Any(char.IsControl) ? string.Create(kept.Length, kept, static (span, from) =>
        {
            for (var i = 0; i < span.Length; i++)
                span[i] = char.IsControl(from[i]) ? ' ' : from[i];
        }) : kept;
    }
}
