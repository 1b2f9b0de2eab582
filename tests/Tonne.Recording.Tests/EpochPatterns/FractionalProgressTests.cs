using System.Globalization;
using Tonne.Recording.EpochPatterns;
using Tonne.Runs;

namespace Tonne.Recording.Tests.EpochPatterns;

/// <summary>The Trainer of transformers 4 and 5 over its settings: every epoch once, and where it ended.</summary>
public class FractionalProgressTests
{
    const long Step = 10_000_000;

    public static TheoryData<bool, bool> Versions => new() { { false, false }, { false, true }, { true, false }, { true, true } };

    [Theory]
    [MemberData(nameof(Versions))]
    public void Every_epoch_ends_where_it_ended_for_any_log_step(bool isVersion5, bool hasEvaluation)
    {
        foreach (var steps in new[] { 1, 3, 7, 10, 12, 25, 100, 300, 1000 })
        {
            foreach (var logging in new[] { 1, 2, 3, 5, 7, 10, 12, 25, 30, 100, 500 })
            {
                // Four lines per step of the grid are enough; more only take time.
                foreach (var epochs in new[] { 1, 2, 3, 5 }.Where(count => steps * count / logging <= 1000))
                {
                    var marks = Train(steps, logging, epochs, isVersion5, hasEvaluation).Where(mark => mark.Kind == MarkKind.Epoch).ToList();
                    var setting = $"{steps} steps, logged every {logging}, {epochs} epochs";
                    Assert.True(Enumerable.Range(1, epochs).SequenceEqual(marks.Select(mark => mark.Number!.Value).Distinct()), setting);
                    foreach (var epoch in marks.GroupBy(mark => mark.Number!.Value))
                    {
                        // Two decimals of transformers 4 place a line to within half a hundredth of an epoch.
                        var tolerance = Math.Max(1.001, (isVersion5 ? 0.001 : 0.006) * steps) * Step;
                        Assert.True(Math.Abs(epoch.First().Timestamp - (epoch.Key * steps * Step)) <= tolerance, $"{setting}: epoch {epoch.Key} at {epoch.First().Timestamp / (double)Step} steps");
                    }
                }
            }
        }
    }

    [Fact]
    public void Values_in_quotes_lose_no_epoch() => Assert.Equal(
        ["1s epoch 1 grad_norm=1.25 learning_rate=4E-05 loss=1.6", "3s epoch 2 grad_norm=1.25 learning_rate=4E-05 loss=1.2", "5s epoch 3 grad_norm=1.25 learning_rate=4E-05 loss=0.8"],
        Heard.From(
            // transformers 5.0
            [.. new[] { ("1.8000", "0.5"), ("1.6000", "1"), ("1.4000", "1.5"), ("1.2000", "2"), ("1.0000", "2.5"), ("0.8000", "3") }
                .Select(line => $"{{'loss': '{line.Item1}', 'grad_norm': '1.25', 'learning_rate': '4e-05', 'epoch': '{line.Item2}'}}\n"),
                "{'train_runtime': '12.3', 'train_samples_per_second': '81.3', 'train_steps_per_second': '5.1', 'train_loss': '1.1', 'epoch': '3'}\n"]));

    [Fact]
    public void The_summary_may_come_long_after_the_last_epoch() =>
        // 0.8 epochs at 8 s, 1.6 at 16 s: the second ended at 20 s, and the summary was printed at 25 s, after saving.
        Assert.Equal(
            ["10s epoch 1 loss=0.9", "20s epoch 2 loss=0.7"],
            Heard.From([.. Enumerable.Range(0, 26).Select(second => second switch
            {
                8 => "{'loss': 0.9, 'epoch': 0.8}\n",
                16 => "{'loss': 0.7, 'epoch': 1.6}\n",
                25 => "{'train_runtime': 20.1, 'train_loss': 0.8, 'epoch': 2.0}\n",
                _ => "",
            })]));

    [Fact]
    public void A_resumed_training_begins_with_the_epoch_it_resumes() =>
        Assert.Equal(
            ["2s epoch-begin 3", "4s epoch 3 loss=0.4", "6s epoch 4 loss=0.2"],
            Heard.From("", "", "", "{'loss': 0.5, 'epoch': 2.5}\n", "{'loss': 0.4, 'epoch': 3.0}\n", "{'loss': 0.3, 'epoch': 3.5}\n", "{'loss': 0.2, 'epoch': 4.0}\n"));

    [Fact]
    public void Two_trainings_one_after_another_are_both_read() =>
        Assert.Equal(
            ["0s epoch 1 loss=0.9", "1s epoch 2 loss=0.8", "3s epoch 1 loss=0.7", "4s epoch 2 loss=0.6"],
            Heard.From(
                "{'loss': 0.9, 'epoch': 1.0}\n", "{'loss': 0.8, 'epoch': 2.0}\n", "{'train_runtime': 2.1, 'train_loss': 0.8, 'epoch': 2.0}\n",
                "{'loss': 0.7, 'epoch': 1.0}\n", "{'loss': 0.6, 'epoch': 2.0}\n", "{'train_runtime': 2.1, 'train_loss': 0.7, 'epoch': 2.0}\n"));

    [Fact]
    public void An_evaluation_after_the_training_adds_to_the_last_epoch() =>
        Assert.Equal(
            ["0s epoch 1 loss=0.9", "2s epoch 1 validation_loss=0.8"],
            Heard.From("{'loss': 0.9, 'epoch': 1.0}\n", "{'train_runtime': 2.1, 'train_loss': 0.8, 'epoch': 1.0}\n", "{'eval_loss': 0.8, 'epoch': 1.0}\n"));

    /// <summary>Prints what the Trainer prints: a line each so many steps, an evaluation at each epoch's end, and a summary.</summary>
    static List<Mark> Train(int steps, int logging, int epochs, bool isVersion5, bool hasEvaluation)
    {
        var marks = new List<Mark>();
        var detector = new EpochDetector(EpochPattern.Auto, null, marks.Add);
        for (var step = 1; step <= steps * epochs; step++)
        {
            var epoch = step / (double)steps;
            if (step % logging == 0)
                Print(step, $"'loss': {Value(3 - (epoch * 0.3))}, 'grad_norm': {Value(1.1)}", Math.Round(epoch, isVersion5 ? 4 : 2));
            if (step % steps == 0 && hasEvaluation)
                Print(step, $"'eval_loss': {Value(3.1 - (epoch * 0.3))}, 'eval_runtime': {Value(1.2)}", epoch);
        }

        Print(steps * epochs, $"'train_runtime': {Value(12.3)}, 'train_loss': {Value(1.1)}", epochs);
        detector.Finish(steps * epochs * Step);
        return marks;

        void Print(int step, string values, double epoch)
        {
            var text = epoch.ToString(isVersion5 ? "G4" : "0.0###", CultureInfo.InvariantCulture);
            detector.Output.Process(System.Text.Encoding.UTF8.GetBytes($"{{{values}, 'epoch': {(isVersion5 ? $"'{text}'" : text)}}}\n"), step * Step);
        }

        string Value(double value) => isVersion5 ? $"'{value.ToString("G4", CultureInfo.InvariantCulture)}'" : value.ToString("R", CultureInfo.InvariantCulture);
    }
}
