using System.Globalization;
using System.Runtime.CompilerServices;

namespace Tonne.Tests.Comparing;

/// <summary>How runs of one command differed from each other on a real machine, scaled to a standard deviation; replayed in their order, or mixed.</summary>
sealed class RecordedNoise
{
    readonly double[] _first;
    readonly double[] _second;

    RecordedNoise(double[] first, double[] second) => (_first, _second) = (first, second);

    /// <summary>Standard deviation of the log of one run as recorded, before scaling.</summary>
    public double Recorded { get; private init; }

    public int Rounds => _first.Length;

    /// <summary>Reads a column pair of the recording.</summary>
    /// <param name="figure"><c>time</c> or <c>energy</c>.</param>
    /// <param name="deviation">Standard deviation of the log of one run, drift included, after scaling; recorded noise that is less stays as it is.</param>
    /// <param name="here">Path of this file.</param>
    public static RecordedNoise Read(string figure, double deviation, [CallerFilePath] string here = "")
    {
        var lines = File.ReadAllLines(Path.Combine(Path.GetDirectoryName(here)!, "Recorded", "same-command-twice.csv")).Where(line => !line.StartsWith('#')).ToList();
        var head = lines[0].Split(',').ToList();
        double[] Column(string name) => [.. lines.Skip(1).Select(line => Math.Log(double.Parse(line.Split(',')[head.IndexOf(name)], CultureInfo.InvariantCulture)))];
        var (first, second) = (Column(figure + "_a"), Column(figure + "_b"));
        var all = first.Concat(second).ToList();
        var mean = all.Average();
        var recorded = Math.Sqrt(all.Sum(value => Math.Pow(value - mean, 2)) / (all.Count - 1));
        var scale = Math.Min(1, deviation / recorded);
        return new([.. first.Select(value => (value - mean) * scale)], [.. second.Select(value => (value - mean) * scale)]) { Recorded = recorded };
    }

    /// <summary>A pair of log deviations: a round of the recording, one after the other from a random one on, which is A and which B drawn as a bench draws it.</summary>
    public Func<int, (double First, double Second)> Replay(Noise noise)
    {
        var from = 0;
        return round =>
        {
            if (round == 0)
                from = noise.Below(Rounds);
            var at = (from + round) % Rounds;
            return noise.Below(2) == 0 ? (_first[at], _second[at]) : (_second[at], _first[at]);
        };
    }

    /// <summary>A pair drawn from all runs, with no two beside each other: drift does not cancel.</summary>
    public Func<int, (double First, double Second)> Mixed(Noise noise) => _ => (One(noise), One(noise));

    double One(Noise noise) => (noise.Below(2) == 0 ? _first : _second)[noise.Below(Rounds)];
}
