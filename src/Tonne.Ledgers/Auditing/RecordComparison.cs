using System.Globalization;
using Tonne.Quantities;
using Tonne.Runs;

namespace Tonne.Ledgers.Auditing;

/// <summary>
/// Lists how two records of one run differ: energies to the microjoule, times to the nanosecond, names and shapes exactly.
/// </summary>
static class RecordComparison
{
    /// <summary>The differences, in words; empty if there are none.</summary>
    internal static IReadOnlyList<string> FindDifferences(RunRecord stored, RunRecord folded)
    {
        var found = new List<string>();
        Check("status", stored.Status, folded.Status);
        Check("exit code", stored.ExitCode, folded.ExitCode);
        Check("samples", stored.Samples, folded.Samples);
        Near("duration [s]", stored.DurationSeconds, folded.DurationSeconds);
        Near("CPU time of the job [s]", stored.JobCpuSeconds, folded.JobCpuSeconds);
        Each("component", stored.Components, folded.Components, c => (Component: c.Component.ToString(), c.Device), (at, a, b) =>
        {
            Check(at + " quality", a.Quality, b.Quality);
            Check(at + " job [µJ]", a.JobMicrojoules, b.JobMicrojoules);
            // A record of before others were counted by themselves has what is unexplained with theirs.
            Check(at + " others [µJ]", a.OthersMicrojoules, b.OthersMicrojoules + (a.UnexplainedMicrojoules is null ? b.UnexplainedMicrojoules ?? 0 : 0));
            if (a.UnexplainedMicrojoules is not null)
                Check(at + " unexplained [µJ]", a.UnexplainedMicrojoules, b.UnexplainedMicrojoules);
            Check(at + " idle [µJ]", a.IdleMicrojoules, b.IdleMicrojoules);
            Check(at + " machine [µJ]", a.MachineMicrojoules, b.MachineMicrojoules);
            Amounts(at + " job", a.Job, b.Job);
            Amounts(at + " machine", a.Machine, b.Machine);
        });
        Each("stage", stored.Stages, folded.Stages, s => s.Name + s.StartSeconds.ToString("R", CultureInfo.InvariantCulture), (at, a, b) =>
        {
            Near(at + " duration [s]", a.DurationSeconds, b.DurationSeconds);
            Check(at + " data in", a.DataIn, b.DataIn);
            Check(at + " data out", a.DataOut, b.DataOut);
            Uses(at, a.Energy, b.Energy);
        });
        Each("epoch", stored.Epochs, folded.Epochs, e => (e.Stage, e.Number, e.StartSeconds), (at, a, b) =>
        {
            // A record of before late epochs were recognised has their times of reading.
            if (!b.IsLate || a.IsLate)
                Near(at + " duration [s]", a.DurationSeconds, b.DurationSeconds);
            if (a.Metrics.Count != b.Metrics.Count || a.Metrics.Any(pair => !b.Metrics.TryGetValue(pair.Key, out var value) || value != pair.Value))
                found.Add(at + " metrics differ");
            if (!b.IsLate || a.IsLate)
                Uses(at, a.Energy, b.Energy);
        });
        // A record of before steps were recognised has none.
        if (stored.StepSeries is { } series)
            Each("series of steps", series, folded.StepSeries ?? [], s => (s.FirstStep, s.LastStep, s.StartSeconds), (at, a, b) => Each(at + ", span", a.Spans, b.Spans, s => s.LastStep, (name, one, other) =>
            {
                Near(name + " duration [s]", one.DurationSeconds, other.DurationSeconds);
                Check(name + " tokens", one.Tokens, other.Tokens);
                Uses(name, one.Energy, other.Energy);
            }));
        Each("quarter hour", stored.QuarterHours, folded.QuarterHours, q => q.Start, (at, a, b) => Uses(at, a.Energy, b.Energy));
        Check("gaps", stored.Gaps.Length, folded.Gaps.Length);
        Check("notes", string.Join('\n', stored.Notes), string.Join('\n', folded.Notes));
        return found;

        void Check<T>(string what, T a, T b)
        {
            if (!EqualityComparer<T>.Default.Equals(a, b))
                found.Add(string.Create(CultureInfo.InvariantCulture, $"{what} is stored as {Show(a)} but folds to {Show(b)}"));
        }

        void Near(string what, double a, double b)
        {
            if (Math.Abs(a - b) > 1e-9 * Math.Max(1, Math.Abs(a)))
                Check(what, a, b);
        }

        void Each<T, TKey>(string what, IReadOnlyCollection<T> a, IReadOnlyCollection<T> b, Func<T, TKey> key, Action<string, T, T> compare)
        {
            if (a.Count != b.Count)
            {
                Check(what + "s", a.Count, b.Count);
                return;
            }

            foreach (var (one, other) in a.Zip(b))
            {
                var name = string.Create(CultureInfo.InvariantCulture, $"{what} {key(one)}");
                if (EqualityComparer<TKey>.Default.Equals(key(one), key(other)))
                    compare(name, one, other);
                else
                    Check(what, key(one), key(other));
            }
        }

        void Uses(string at, IReadOnlyCollection<EnergyUse> a, IReadOnlyCollection<EnergyUse> b) =>
            Each(at + ", component", a, b, use => (Component: use.Component.ToString(), use.Device), (name, one, other) =>
            {
                Check(name + " [µJ]", one.Microjoules, other.Microjoules);
                Amounts(name, one.Amounts, other.Amounts);
            });

        void Amounts(string at, IReadOnlyCollection<RatedAmount> a, IReadOnlyCollection<RatedAmount> b) =>
            Each(at + ", amount", a, b, amount => amount.Rate, (name, one, other) => Near(name, one.Amount, other.Amount));

        static string Show<T>(T value) => value is null ? "nothing" : string.Create(CultureInfo.InvariantCulture, $"{value}");
    }

    /// <summary>
    /// The largest relative difference of the job's energy over components, stages and quarter hours, each divided by the energy of the
    /// whole run.
    /// </summary>
    internal static double ComputeLargestDeviation(RunRecord stored, RunRecord folded)
    {
        var whole = Math.Max(1d, stored.Components.Sum(component => (double)component.JobMicrojoules));
        var components = Difference(stored.Components.Select(c => ((object)(c.Component, c.Device), c.JobMicrojoules)), folded.Components.Select(c => ((object)(c.Component, c.Device), c.JobMicrojoules)));
        var stages = Difference(stored.Stages.SelectMany((s, i) => s.Energy.Select(e => ((object)(i, e.Component, e.Device), e.Microjoules))), folded.Stages.SelectMany((s, i) => s.Energy.Select(e => ((object)(i, e.Component, e.Device), e.Microjoules))));
        var quarters = Difference(stored.QuarterHours.SelectMany(q => q.Energy.Select(e => ((object)(q.Start, e.Component, e.Device), e.Microjoules))), folded.QuarterHours.SelectMany(q => q.Energy.Select(e => ((object)(q.Start, e.Component, e.Device), e.Microjoules))));
        return Math.Max(components, Math.Max(stages, quarters)) / whole;

        static double Difference(IEnumerable<(object Key, long Energy)> a, IEnumerable<(object Key, long Energy)> b)
        {
            var sums = new Dictionary<object, double>();
            foreach (var (key, energy) in a)
                sums[key] = sums.GetValueOrDefault(key) + energy;
            foreach (var (key, energy) in b)
                sums[key] = sums.GetValueOrDefault(key) - energy;
            return sums.Count == 0 ? 0 : sums.Values.Max(Math.Abs);
        }
    }

    /// <summary>Whether two bounds are the same to one part in 10⁹.</summary>
    internal static bool AreEqual(Bounds a, Bounds b) => AreEqual(a.Low, b.Low) && AreEqual(a.Best, b.Best) && AreEqual(a.High, b.High);

    static bool AreEqual(double a, double b) => Math.Abs(a - b) <= 1e-9 * Math.Max(Math.Abs(a), Math.Abs(b));
}
