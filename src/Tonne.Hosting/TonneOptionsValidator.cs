using Microsoft.Extensions.Options;
using Tonne.Catalogs;
using Tonne.Recording;
using Tonne.Recording.Marks;

namespace Tonne.Hosting;

/// <summary>Checks <see cref="TonneOptions"/>, so that a wrong one is found when the host starts and not at the first run.</summary>
sealed class TonneOptionsValidator : IValidateOptions<TonneOptions>
{
    /// <inheritdoc/>
    public ValidateOptionsResult Validate(string? name, TonneOptions options)
    {
        var wrong = new List<string>();
        if (options.Pue is { } pue && !(pue >= 1 && double.IsFinite(pue)))
            wrong.Add($"Pue is {pue}: it must be at least 1, as 1.2.");
        if (options.IntensityGramsPerKwh is { } intensity && !(intensity >= 0 && double.IsFinite(intensity)))
            wrong.Add($"IntensityGramsPerKwh is {intensity}: it must not be negative, as 56.");
        if (options.Name is { } given && string.IsNullOrWhiteSpace(given))
            wrong.Add("Name is empty: leave it out for the name of the application.");
        wrong.AddRange(options.StageSpans.Where(span => !MarkLine.IsStageName(span)).Select(span => $"StageSpans has '{span}': {MarkLine.StageNameRule}"));
        try
        {
            // The recorder checks the rest; it opens no meter yet.
            _ = new RunRecorder(static _ => throw new InvalidOperationException(), new MemoryRunSink(), TonneServiceCollectionExtensions.CreateRecordingOptions(options));
        }
        catch (Exception error) when (error is UnknownNameException or ArgumentException)
        {
            wrong.Add(error.Message);
        }

        return wrong.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(wrong.Select(static text => "tonne: " + text));
    }
}
