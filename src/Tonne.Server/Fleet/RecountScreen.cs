using System.Globalization;
using Tonne.Ledgers.PostgreSql.Recounting;

namespace Tonne.Server.Fleet;

/// <summary>A recount in words: while it works, when it has ended, and for <c>--status</c>.</summary>
/// <param name="time">The clock.</param>
/// <param name="error">Receives the progress.</param>
sealed class RecountScreen(TimeProvider time, TextWriter error)
{
    static readonly TimeSpan _between = TimeSpan.FromSeconds(5);

    long _began;
    long _shown;
    long _before = -1;

    /// <summary>Shows how far it is, every few seconds.</summary>
    public void Report(RecountProgress job)
    {
        if (_before < 0)
        {
            (_began, _shown, _before) = (time.GetTimestamp(), time.GetTimestamp(), job.Done);
            if (job.Done > 0)
                error.WriteLine($"tonne: this recount goes on after {Format(job.Done)} of {Format(job.Runs)} runs.");
        }

        if (time.GetElapsedTime(_shown) < _between)
            return;
        _shown = time.GetTimestamp();
        var rate = (job.Done - _before) / time.GetElapsedTime(_began).TotalSeconds;
        error.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"tonne: {job.Done:N0} of {job.Runs:N0} runs, {job.Changed:N0} recounted, {rate:N0} runs/s{FormatLeft(job.Runs - job.Done, rate)}"));
    }

    /// <summary>What a recount, or a trial of it, has done.</summary>
    public static IEnumerable<string> Describe(RecountProgress job, bool isTrial)
    {
        yield return $"{Format(job.Done)} runs: {Format(job.Changed)} {(isTrial ? "would be recounted" : "recounted")} with factors {job.FactorsHash}, "
            + $"{Format(job.Unchanged)} unchanged, {Format(job.OfAnotherTool)} with figures of another tool, {Format(job.Failed)} failed.";
        if (job.Changed > 0 && (job.KilogramsBefore > 0 || job.KilogramsAfter > 0))
            yield return string.Create(CultureInfo.InvariantCulture,
                $"Their emissions, runs inside others too: {job.KilogramsBefore:G6} kg CO2e before, {job.KilogramsAfter:G6} kg after.");
        if (job.FirstProblem is { } problem)
            yield return $"The first that failed: {Formatting.TextSanitizer.ToOneLine(problem)}";
    }

    /// <summary>The last recount, for <c>--status</c>.</summary>
    public static IEnumerable<string> DescribeStatus(RecountProgress? job)
    {
        if (job is null)
        {
            yield return "No recount was begun yet.";
            yield break;
        }

        var state = job.EndedAt is { } ended
            ? string.Create(CultureInfo.InvariantCulture, $"{(job.WasReplaced ? "given up for another one" : "finished")} {ended:yyyy-MM-dd HH:mm} UTC")
            : job.IsRunning ? "works now"
            : string.Create(CultureInfo.InvariantCulture, $"stopped {job.UpdatedAt:yyyy-MM-dd HH:mm} UTC: the same command goes on");
        yield return string.Create(CultureInfo.InvariantCulture,
            $"Recount {job.Job}, begun {job.StartedAt:yyyy-MM-dd HH:mm} UTC by {Formatting.TextSanitizer.ToOneLine(job.StartedBy)}: {state}.");
        yield return $"Runs: {(job.Query.Account is { } account ? $"account {Formatting.TextSanitizer.ToOneLine(account)}" : "all accounts")}"
            + (job.Query.Since is { } since ? string.Create(CultureInfo.InvariantCulture, $", since {since:yyyy-MM}") : "")
            + $"; {Format(job.Done)} of {Format(job.Runs)} done.";
        foreach (var line in Describe(job, isTrial: false))
            yield return line;
    }

    static string FormatLeft(long left, double rate) => left <= 0 || rate <= 0 ? "" : (left / rate) switch
    {
        < 90 and var seconds => string.Create(CultureInfo.InvariantCulture, $", {seconds:0} s left"),
        < 5400 and var seconds => string.Create(CultureInfo.InvariantCulture, $", {seconds / 60:0} min left"),
        var seconds => string.Create(CultureInfo.InvariantCulture, $", {seconds / 3600:0.0} h left"),
    };

    static string Format(long number) => number.ToString("N0", CultureInfo.InvariantCulture);
}
