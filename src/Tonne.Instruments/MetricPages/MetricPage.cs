using System.Collections.Immutable;
using System.Globalization;
using System.Text;

namespace Tonne.Instruments.MetricPages;

/// <summary>A page of metrics as servers show it to Prometheus.</summary>
/// <remarks>
/// Reads the text format 0.0.4 (prometheus.io, exposition formats) and OpenMetrics 1.0 (RFC draft): comments, types, labels with escapes,
/// names in quotes, time stamps, exemplars, <c># EOF</c>; with byte order mark, carriage returns and blanks. A line that cannot be read
/// costs only itself and is a problem with its reason. Reading never throws.
/// </remarks>
public sealed record MetricPage
{
    /// <summary>The most that is read of a page, characters.</summary>
    public const int MaxLength = 32 * 1024 * 1024;

    /// <summary>The most samples that are kept of a page.</summary>
    public const int MaxSamples = 200_000;

    const int MaxProblems = 20;

    /// <summary>The samples, in the order of the page.</summary>
    public required ImmutableArray<MetricSample> Samples { get; init; }

    /// <summary>Types of metrics by name: <c>counter</c>, <c>gauge</c>, <c>histogram</c> …</summary>
    public required ImmutableDictionary<string, string> Types { get; init; }

    /// <summary>The first 20 lines that could not be read.</summary>
    public required ImmutableArray<MetricPageProblem> Problems { get; init; }

    /// <summary>Number of lines that could not be read.</summary>
    public required int ProblemCount { get; init; }

    /// <summary>Whether every line was read.</summary>
    public bool IsComplete => ProblemCount == 0;

    /// <summary>Why the page has no samples; null if it has some.</summary>
    public string? Reason => Samples.Length > 0 ? null
        : Problems.IsEmpty ? "The page has no metrics."
        : string.Create(CultureInfo.InvariantCulture, $"It is not a page of metrics: line {Problems[0].Line}: {Problems[0].Reason}");

    /// <summary>Reads a page.</summary>
    /// <param name="content">Its bytes, UTF-8.</param>
    public static MetricPage Parse(ReadOnlySpan<byte> content) =>
        // What is beyond the limit of characters is not decoded.
        Parse(Encoding.UTF8.GetString(content.Length > 4 * MaxLength ? content[..(4 * MaxLength)] : content));

    /// <summary>Reads a page.</summary>
    /// <param name="text">Its text.</param>
    public static MetricPage Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var rest = text.AsSpan();
        if (rest.StartsWith("\uFEFF", StringComparison.Ordinal))
            rest = rest[1..];
        var (problems, problemCount, line, ended) = (ImmutableArray.CreateBuilder<MetricPageProblem>(), 0, 0, false);
        if (rest.Length > MaxLength)
        {
            rest = rest[..MaxLength];
            Report(0, "the page is longer than 32 Mi characters; the rest is not read");
        }

        var (samples, times) = (new List<MetricSample>(), new List<double>());
        var types = ImmutableDictionary.CreateBuilder<string, string>(StringComparer.Ordinal);
        while (!rest.IsEmpty && !ended)
        {
            line++;
            var end = rest.IndexOf('\n');
            var content = (end < 0 ? rest : rest[..end]).Trim(" \t\r");
            rest = end < 0 ? default : rest[(end + 1)..];
            if (content.IsEmpty)
                continue;
            if (content[0] == '#')
            {
                ended = content is "# EOF";
                ReadComment(content[1..].TrimStart(), types);
                continue;
            }

            // A page that was cut in the middle of a number would look like a counter that began anew.
            if (end < 0)
            {
                Report(line, "it does not end with a line feed, so it may be cut");
                break;
            }

            if (samples.Count >= MaxSamples)
            {
                Report(line, "the page has more than 200,000 samples; the rest is not read");
                break;
            }

            if (MetricLine.TryRead(content, out var sample, out var time, out var problem))
            {
                samples.Add(sample);
                times.Add(time);
            }
            else
            {
                Report(line, problem);
            }
        }

        return new MetricPage
        {
            Samples = [.. samples.Select((sample, index) => sample with { Time = ToTime(times[index], isSeconds: ended) })],
            Types = types.ToImmutable(),
            Problems = problems.ToImmutable(),
            ProblemCount = problemCount,
        };

        void Report(int number, string reason)
        {
            problemCount++;
            if (problems.Count < MaxProblems)
                problems.Add(new MetricPageProblem(number, reason));
        }
    }

    static void ReadComment(ReadOnlySpan<char> comment, ImmutableDictionary<string, string>.Builder types)
    {
        if (!comment.StartsWith("TYPE ", StringComparison.Ordinal))
            return;
        var rest = comment[5..].Trim();
        var blank = rest.LastIndexOfAny(' ', '\t');
        if (blank > 0 && types.Count < MaxSamples)
            types[rest[..blank].Trim(" \t\"").ToString()] = rest[(blank + 1)..].ToString();
    }

    /// <summary>Milliseconds in the text format, seconds in OpenMetrics.</summary>
    static DateTimeOffset? ToTime(double stamp, bool isSeconds)
    {
        var milliseconds = isSeconds ? stamp * 1e3 : stamp;
        return milliseconds is >= 0 and <= 253_402_300_799_000 ? DateTimeOffset.UnixEpoch.AddMilliseconds(milliseconds) : null;
    }
}
