namespace Tonne.Recording.Tests.EpochPatterns;

public class HuggingFacePatternTests
{
    [Fact]
    public void Logs_at_whole_epochs_are_read_with_their_evaluation()
    {
        var marks = Heard.From(
            "{'loss': 0.52, 'grad_norm': 1.1, 'learning_rate': 5e-05, 'epoch': 1.0}\n",
            "{'eval_loss': 0.48, 'eval_accuracy': 0.81, 'eval_runtime': 2.1, 'eval_samples_per_second': 47.2, 'eval_steps_per_second': 5.9, 'epoch': 1.0}\n",
            "{'loss': 0.4, 'grad_norm': 0.9, 'learning_rate': 0.0, 'epoch': 2.0}\n",
            "{'train_runtime': 12.3, 'train_samples_per_second': 16.3, 'train_loss': 0.46, 'epoch': 2.0}\n");

        Assert.Equal(
            [
                "1s epoch 1 grad_norm=1.1 learning_rate=5E-05 loss=0.52 validation_accuracy=0.81 validation_loss=0.48",
                "2s epoch 2 grad_norm=0.9 learning_rate=0 loss=0.4",
            ],
            marks);
    }

    [Fact]
    public void Numbers_in_quotes_are_numbers() =>
        Assert.Equal(["0s epoch 1 learning_rate=5E-05 loss=0.52"], Heard.From("{'loss': '0.52', 'learning_rate': '5e-05', 'epoch': '1'}\n"));

    [Fact]
    public void An_epoch_that_was_full_between_two_lines_ended_between_them()
    {
        // 0.8 epochs at 8 s and 1.6 at 16 s: one epoch was full at 10 s, two (of 2.0 at 20 s) at 20 s.
        var pieces = Enumerable.Repeat("", 21).ToArray();
        pieces[8] = "{'loss': 0.9, 'epoch': 0.8}\n";
        pieces[16] = "{'loss': 0.7, 'epoch': 1.6}\n";
        pieces[20] = "{'loss': 0.6, 'epoch': 2.0}\n";

        Assert.Equal(["10s epoch 1 loss=0.9", "20s epoch 2 loss=0.6"], Heard.From(pieces));
    }

    [Fact]
    public void A_part_of_an_epoch_at_the_end_is_no_epoch() =>
        Assert.Equal(["0s epoch 1 loss=0.9"], Heard.From("{'loss': 0.9, 'epoch': 1.0}\n", "{'loss': 0.7, 'epoch': 1.4}\n"));

    [Fact]
    public void Json_lines_with_whole_numbers_are_epochs_as_printed() =>
        Assert.Equal(["0s epoch 0 loss=0.9 validation_loss=1.1", "1s epoch 1 loss=0.7"], Heard.From("{\"epoch\": 0, \"loss\": 0.9, \"val_loss\": 1.1}\n", "{\"epoch\": 1, \"loss\": 0.7}\n"));
}
