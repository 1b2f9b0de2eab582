using System.Globalization;
using System.Text.RegularExpressions;
using Tonne.Reporting.Teaching;
using Tonne.Tests;

namespace Tonne.Reporting.Tests.Teaching;

public class ObservationsTests
{
    [Fact]
    public void The_reference_training_gives_ten_varied_observations()
    {
        var said = Observations.Describe(SampleRuns.Training());
        Assert.Equal(10, said.Count);
        Assert.Equal(10, said.Distinct().Count());
        // Seven ways of saying it at least, numbers aside.
        Assert.True(said.Select(text => text.Split(':')[0]).Distinct().Count() >= 7, string.Join('\n', said));
        Assert.Equal("high loss, low accuracy at the start", said[0]);
        Assert.StartsWith("fast improvement", said[1]);
        Assert.StartsWith("small improvements", said[9]);
    }

    [Fact]
    public void The_numbers_said_are_the_numbers_given()
    {
        // 1.2 → 0.95 is 0.25/1.2 = 20.8 %; 0.45 → 0.60 is 15 points. 0.27 → 0.24 is 0.03/0.27 = 11.1 %; 0.93 → 0.94 is 1 point.
        var said = Observations.Describe(SampleRuns.Training());
        Assert.Contains("loss down 21 %, accuracy up 15 points", said[1]);
        Assert.Contains("loss down 11 %, accuracy up 1 point", said[9]);
        // Half of the way from 1.2 to 0.24 is 0.72: passed by 0.60 in epoch 4. Nine tenths is 0.336: passed by 0.31 in epoch 8.
        Assert.Contains("past half of the way", said[3]);
        Assert.Contains("nine tenths of the way", said[7]);
        Assert.Single(said, text => text.Contains("half of the way"));
    }

    [Theory]
    [InlineData(new[] { 1.0, 0.5, 0.51, 0.4 }, 2, "loss rises by 2 %")]
    [InlineData(new[] { 1.0, 0.5, 0.6, 0.7 }, 3, "loss rises again, by 17 %")]
    [InlineData(new[] { 1.0, 0.5, 2.0 }, 2, "loss jumps up 300 %")]
    [InlineData(new[] { 1.0, 0.5, 0.499, 0.4985 }, 2, "loss has stopped falling")]
    [InlineData(new[] { 1.0, 0.5, 0.499, 0.4985 }, 3, "on the plateau")]
    [InlineData(new[] { 1.0, double.NaN }, 1, "loss is not a number: the training has broken down")]
    [InlineData(new[] { 1.0, double.NaN, double.NaN }, 2, "loss is not a number still")]
    [InlineData(new[] { 1.0, double.PositiveInfinity }, 1, "loss is infinite")]
    [InlineData(new[] { 0.31 }, 0, "the only epoch")]
    [InlineData(new[] { 1.0, 0.7, 0.69 * 0.98, 0.3 }, 3, "improvement speeds up")]
    public void Each_rule_has_its_words(double[] loss, int epoch, string words) =>
        Assert.Contains(words, Of(loss)[epoch]);

    [Fact]
    public void Validation_that_rises_while_training_improves_is_called_overfitting()
    {
        var said = Observations.Describe(SampleRuns.Training(metrics: SampleRuns.Metrics([1, 0.8, 0.6, 0.5], null, [1, 0.9, 0.95, 1.05])));
        Assert.DoesNotContain("overfitting", said[1]);
        Assert.Contains("validation loss up 5.6 % while training improves: overfitting begins", said[2]);
        Assert.Contains("overfitting, epoch 2 was best on validation", said[3]);
    }

    [Fact]
    public void Accuracy_may_be_given_in_per_cent_and_alone()
    {
        var metrics = new[] { 45.0, 60, 61, 60 }.Select(value => (IReadOnlyDictionary<string, double>)new Dictionary<string, double> { ["accuracy"] = value }).ToList();
        var said = Observations.Describe(SampleRuns.Training(metrics: metrics));
        Assert.Equal("low accuracy at the start", said[0]);
        Assert.Contains("accuracy up 15 points", said[1]);
        Assert.Contains("accuracy up 1 point", said[2]);
        Assert.Contains("accuracy falls by 1 point", said[3]);
    }

    [Fact]
    public void A_loss_below_zero_is_compared_with_its_range() =>
        Assert.All(Of([-1, -2, -2.5, -2.7]).Skip(1), text => Assert.Contains("loss down", text));

    [Fact]
    public void Any_numbers_give_one_observation_each_and_the_same_again()
    {
        var random = new Random(20261122);
        double[] odd = [double.NaN, double.PositiveInfinity, double.NegativeInfinity, 0, -1, 1e-300, 1e300, -0.0];
        for (var round = 0; round < 500; round++)
        {
            var loss = Enumerable.Range(0, random.Next(1, 20)).Select(_ => random.Next(4) == 0 ? odd[random.Next(odd.Length)] : random.NextDouble() * Math.Pow(10, random.Next(-5, 6))).ToArray();
            var accuracy = loss.Select(_ => random.Next(6) == 0 ? double.NaN : random.NextDouble()).ToArray();
            var run = SampleRuns.Training(metrics: SampleRuns.Metrics(loss, accuracy, random.Next(2) == 0 ? accuracy : null));
            var said = Observations.Describe(run);
            Assert.Equal(loss.Length, said.Count);
            Assert.All(said, text => Assert.False(string.IsNullOrWhiteSpace(text)));
            Assert.Equal(said, Observations.Describe(run));
            for (var i = 1; i < loss.Length; i++)
            {
                // What is said of falling and rising is true.
                if (Regex.IsMatch(said[i], "loss down", RegexOptions.None, TimeSpan.FromSeconds(1)))
                    Assert.True(loss[i] < LastFinite(loss, i), said[i]);
                if (Regex.IsMatch(said[i], "^loss (rises|jumps)", RegexOptions.None, TimeSpan.FromSeconds(1)))
                    Assert.True(loss[i] > LastFinite(loss, i), string.Create(CultureInfo.InvariantCulture, $"{said[i]} {loss[i]}"));
            }
        }

        static double LastFinite(double[] values, int before) => values.Take(before).Last(double.IsFinite);
    }

    static IReadOnlyList<string> Of(double[] loss) => Observations.Describe(SampleRuns.Training(metrics: SampleRuns.Metrics(loss)));
}
