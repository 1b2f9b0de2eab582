using System.Text;
using Tonne.Recording.EpochPatterns;
using Tonne.Runs;

namespace Tonne.Recording.Tests.EpochPatterns;

public class EpochDetectorTests
{
    const string Training = "noise\nEpoch 1/3 loss=0.9 acc=0.5\npath of glass\r\nEpoch 2/3 loss=0.7 acc=0.6\n\x1b[1mEpoch 3/3\x1b[0m loss=0.5 acc=0.7";

    [Fact]
    public void Lines_cut_anywhere_give_the_same_marks()
    {
        var whole = Heard.From(Training);
        Assert.Equal(["0s epoch 1 accuracy=0.5 loss=0.9", "0s epoch 2 accuracy=0.6 loss=0.7", "0s epoch 3 accuracy=0.7 loss=0.5"], whole);
        var bytes = Encoding.UTF8.GetBytes(Training);

        for (var size = 1; size < bytes.Length; size++)
        {
            var marks = new List<Mark>();
            var watcher = new EpochDetector(EpochPattern.Auto, null, marks.Add);
            for (var i = 0; i < bytes.Length; i += size)
                watcher.Output.Process(bytes.AsSpan(i, Math.Min(size, bytes.Length - i)), 0);
            watcher.Finish(0);

            Assert.Equal(whole, marks.Select(Heard.Show));
        }
    }

    [Theory]
    [InlineData("Epoch 1/3 loss=0.9 acc=0.5\n", "Epoch 2/3 loss=0.7 acc=0.6\n", "Epoch 3/3 loss=0.5 acc=0.7\n")]
    [InlineData("Epoch 1:\n", "train loss 0.9\n", "Epoch 2:\n", "train loss 0.8\n")]
    [InlineData("Epoch 1/2\n", "10/10 [====] - 3s - loss: 0.9\n", "Epoch 2/2\n", "10/10 [====] - 3s - loss: 0.7\n")]
    [InlineData("{'loss': 0.9, 'epoch': 1.0}\n", "{'loss': 0.8, 'epoch': 2.0}\n", "{'train_runtime': 9.5, 'train_loss': 0.7, 'epoch': 2.0}\n")]
    public void At_the_end_of_each_epoch_an_edge_is_reported_before_its_mark(params string[] lines)
    {
        var marks = new List<Mark>();
        var edges = new HashSet<long>();
        var now = 0L;
        var detector = new EpochDetector(EpochPattern.Auto, null, marks.Add, () => edges.Add(now));
        foreach (var line in lines)
            detector.Output.Process(Encoding.UTF8.GetBytes(line), now += 1_000_000_000);
        detector.Finish(now + 1_000_000_000);

        var ends = marks.Where(mark => mark.Kind == MarkKind.Epoch).Select(mark => mark.Timestamp).ToList();
        Assert.True(ends.Count >= 2);
        Assert.Subset(edges, ends.ToHashSet());
    }

    [Fact]
    public void Progress_within_an_epoch_is_no_edge()
    {
        var edges = 0;
        var detector = new EpochDetector(EpochPattern.Auto, null, _ => { }, () => edges++);
        for (var step = 1; step <= 500; step++)
            detector.Output.Process(Encoding.UTF8.GetBytes($"\rEpoch 1: {step / 5}%|##| {step}/500 [00:01<00:01, loss=0.5]"), step * 1_000_000L);
        detector.Finish(1_000_000_000);

        Assert.InRange(edges, 0, 2);
    }

    [Fact]
    public void Two_streams_are_kept_apart_and_make_one_story()
    {
        var marks = new List<Mark>();
        var watcher = new EpochDetector(EpochPattern.Auto, null, marks.Add);

        watcher.Output.Process("Epoch 1/2 lo"u8, 1);
        watcher.Error.Process("warning: half a li"u8, 2);
        watcher.Output.Process("ss=0.5\n"u8, 3);
        watcher.Error.Process("ne\n"u8, 4);
        watcher.Output.Process("Epoch 2/2 loss=0.4\n"u8, 5);
        watcher.Finish(6);

        Assert.Equal([(1, 3L, 0.5), (2, 5L, 0.4)], marks.Select(mark => (mark.Number!.Value, mark.Timestamp, mark.Metrics!["loss"])));
    }

    [Fact]
    public void Binary_output_and_endless_lines_say_nothing_and_hide_nothing()
    {
        var random = new Random(20261122);
        var noise = new byte[300_000];
        random.NextBytes(noise);
        var marks = new List<Mark>();
        var watcher = new EpochDetector(EpochPattern.Auto, null, marks.Add);

        watcher.Output.Process(noise, 0);
        watcher.Output.Process(Encoding.ASCII.GetBytes("\n" + new string('x', 100_000) + " Epoch 1 loss=0.5"), 0);
        watcher.Output.Process("\nEpoch 1 loss=0.25\n"u8, 7);
        watcher.Finish(9);

        Assert.Equal(0.25, Assert.Single(marks, mark => mark.Kind == MarkKind.Epoch).Metrics!["loss"]);
    }

    [Fact]
    public void Random_pieces_of_real_lines_never_make_it_throw()
    {
        var random = new Random(7);
        string[] words = ["Epoch", " 3/10", "epoch: ", "'epoch': 1.5}", "{'loss': ", "loss=", "0.5", "nan", "\r", "\n", "100%|██|", " - val_loss: ", "\x1b[1m", "\xff", "99999999999999999999", " [", "(", "1e999", "100/100 ", "train ", "Epochs: 30%|", "\0"];
        for (var round = 0; round < 3_000; round++)
        {
            var text = string.Concat(Enumerable.Range(0, random.Next(1, 40)).Select(_ => words[random.Next(words.Length)]));
            foreach (var mark in Heard.From(text[..(text.Length / 2)], text[(text.Length / 2)..]))
                Assert.NotEmpty(mark);
        }
    }

    [Theory]
    [InlineData("epoch 1 ", 'a')]
    [InlineData("epoch 1 ", ' ')]
    [InlineData("epoch 1 loss", ' ')]
    [InlineData("epoch 1 ", '_')]
    [InlineData("epoch ", '1')]
    [InlineData("epoch 1 train ", '-')]
    [InlineData("{'epoch': ", '\'')]
    [InlineData("epoch 1: 5%|", '|')]
    [InlineData("poch", ' ')]
    [InlineData("epoch 1 loss: ", '(')]
    public void A_hostile_line_does_not_hide_the_epochs_after_it(string start, char filling)
    {
        // How long it takes to read such a line: bench/EpochWatcherCost.cs.
        var line = start + new string(filling, 4000) + "\n";

        var heard = Heard.From(line, "Epoch 2/3 loss=0.5\n");

        Assert.Equal("1s epoch 2 loss=0.5", heard[^1]);
    }

    [Fact]
    public void A_second_training_begins_again_at_one() =>
        Assert.Equal(
            ["0s epoch 1 loss=0.9", "1s epoch 2 loss=0.8", "2s epoch 1 loss=0.7", "3s epoch 2 loss=0.6"],
            Heard.From("Epoch 1 loss=0.9\n", "Epoch 2 loss=0.8\n", "Epoch 1 loss=0.7\n", "Epoch 2 loss=0.6\n"));

    [Fact]
    public void None_hears_nothing() => Assert.Empty(Heard.With(EpochPattern.None, null, Training));

    [Fact]
    public void A_users_own_expression_names_its_metrics()
    {
        var pattern = EpochPattern.Parse(@"round (?<epoch>\d+): train (?<loss>\S+), held out (?<val_acc>\S+)");

        Assert.Equal(["0s epoch 4 loss=0.5 validation_accuracy=0.81"], Heard.With(pattern, null, "Epoch 9 loss=0.1\nround 4: train 0.5, held out 81%\n"));
    }

    [Fact]
    public void An_expression_that_needs_backtracking_is_given_up_when_it_takes_too_long()
    {
        var pattern = EpochPattern.Parse(@"(?=x)(x+x+)+y(?<epoch>\d+)");

        var marks = Heard.With(pattern, null, new string('x', 60) + "\n", "xxy3\n");

        Assert.Contains("is not used any more", Assert.Single(marks));
    }

    [Fact]
    public void Stages_are_recognised_with_their_shapes()
    {
        var stages = StagePattern.Parse(@"^== (?<stage>[\w ]+?) ==( (?<in>\S+) -> (?<out>\S+))?$");

        var marks = Heard.With(EpochPattern.Auto, stages, "== clean up == 1000x10 -> 950x10\n", "== train ==\nEpoch 1 loss=0.5\n", "== test ==\n");

        Assert.Equal(["0s stage \"clean up\" in=1000x10 out=950x10", "1s stage train", "1s epoch 1 loss=0.5", "2s stage test"], marks);
    }

    [Theory]
    [InlineData("ep(och", "at character 6")]
    [InlineData(@"epoch (\d+)", "no group named epoch")]
    [InlineData("kears", "Use auto, keras")]
    public void A_wrong_pattern_is_explained_with_an_example(string text, string said)
    {
        var error = Assert.Throws<FormatException>(() => EpochPattern.Parse(text));

        Assert.Contains(said, error.Message);
        Assert.Contains("Example:", error.Message);
    }
}
